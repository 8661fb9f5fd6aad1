import Baseline
import Glibc

/// What happens instead of a death by a signal that no input may cause: one line, and the exit code of a failure.
enum Crash {
    /// Kept ready, since nothing may be allocated any more then.
    nonisolated(unsafe) private static var line = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    nonisolated(unsafe) private static var descriptor = STDERR_FILENO
    nonisolated(unsafe) private static var code: Int32 = 1

    private static let text = "portbase failed inside, perhaps for want of memory; nothing is known."
    private static let stackSize = 1 << 16

    /// Lets writes fail that a limit or a closed pipe would end by a signal, and prepares for what ends by one all the
    /// same.
    static func prepare(_ family: CommandFamily) {
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let isPlugin = family == .plugin
        let words = isPlugin ? Verdict(level: .unknown, message: text).line : "portbase: \(text)"
        line = UnsafeMutableRawBufferPointer.allocate(byteCount: words.utf8.count + 1, alignment: 1)
        line.copyBytes(from: words.utf8)
        line[line.count - 1] = UInt8(ascii: "\n")
        descriptor = isPlugin ? STDOUT_FILENO : STDERR_FILENO
        code = Ending.failed.exitCode(in: family)
        // A stack that is full has no room for the handler.
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: stackSize, alignment: 16)
        stack.ss_size = stackSize
        sigaltstack(&stack, nil)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            write(Crash.descriptor, Crash.line.baseAddress, Crash.line.count)
            _exit(Crash.code)
        }
        action.sa_flags = SA_ONSTACK
        for number in [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE] { sigaction(number, &action, nil) }
    }

    /// Ends as a program does whose output nobody reads any more.
    static func endByClosedPipe() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(1)
    }
}
