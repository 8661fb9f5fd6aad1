import Glibc
import Testing

@testable import PortCore

@Suite("The state machine of one endpoint, whatever happens")
struct ProbeMachinePropertyTests {
    /// Answers the machine at random, as a poller could, and remembers what it was told.
    private struct World {
        var random: SplitMix64
        var starts = 0
        var freeStarts = 0
        var errors: Set<Reason> = []
        var hasConnected = false
        var last: ProbeMachine.Event?

        private static let codes: [Int32] = [
            0, EINPROGRESS, EALREADY, EISCONN, ECONNRESET, EPIPE, ECONNREFUSED, ETIMEDOUT, ENETUNREACH, EHOSTUNREACH,
            EACCES, EPERM, EMFILE, EADDRNOTAVAIL, ENOPROTOOPT, EPROTO, EINVAL,
        ]

        /// The next event, or `nil` when the machine is done.
        mutating func answer(_ action: ProbeMachine.Action) -> ProbeMachine.Event? {
            switch action {
            case .wait:
                last =
                    random.chance(40)
                    ? .silence(isOver: random.chance(20)) : .connect(code: random.pick(Self.codes), first: false)
            case .tryAgain:
                starts += 1
                if case .ends = last { freeStarts += 1 }
                // Mostly under way, else few sequences would come far.
                let code = random.chance(70) ? EINPROGRESS : random.pick(Self.codes)
                last = .connect(code: code, first: true)
            case .readErrorQueue:
                let error = ICMPError(
                    isV6: random.chance(50), type: UInt8(random.int(1...4)), code: UInt8(random.int(0...14)))
                if random.chance(60) {
                    errors.insert(error.reason)
                    last = .errorQueue(error)
                } else {
                    last = .errorQueue(nil)
                }
            case .compareEnds:
                last = .ends(random.pick([.same, .sameHost, .distinct]))
                if last == .ends(.sameHost) { hasConnected = true }
            case .askWhyNoWay: last = .noWay(isBroadcast: random.chance(50))
            case .postpone, .settle, .fail: return nil
            }
            return last
        }
    }

    @Test("It ends, never starts more attempts than the budget has, and settles only for what it was told")
    func everySequence() {
        var settled: Set<Reason> = []
        forEachSeed(3000) { seed, random in
            let attempts = random.int(1...5)
            let mayBeEphemeral = random.chance(50)
            var machine = ProbeMachine(attempts: attempts, mayBeEphemeral: mayBeEphemeral)
            var world = World(random: random)
            var action = ProbeMachine.Action.tryAgain
            var codes: [Int32] = []
            var steps = 0
            while let event = world.answer(action), steps < 10_000 {
                if case .connect(let code, _) = event { codes.append(code) }
                action = machine.handle(event)
                steps += 1
            }
            #expect(steps < 10_000, "seed \(seed): no end")
            #expect(world.starts - world.freeStarts <= attempts, "seed \(seed)")
            #expect(machine.attempt <= attempts, "seed \(seed)")
            guard case .settle(let reason) = action else { return }
            settled.insert(reason)
            #expect(isBacked(reason, world, codes), "seed \(seed): \(reason) after \(codes)")
        }
        // The property would hold of a machine that never settles, too.
        #expect(settled.isSuperset(of: [.connected, .refused, .timeout, .prohibited, .broadcast, .portUnreachable]))
        #expect(!settled.contains(.nameUnresolved))
    }

    /// Whether what was told backs `reason`.
    private func isBacked(_ reason: Reason, _ world: World, _ codes: [Int32]) -> Bool {
        switch reason {
        case .connected:
            world.last == .ends(.distinct) || world.last == .ends(.sameHost)
                || world.hasConnected && world.errors.isEmpty
        case .refused: world.last == .errorQueue(nil) && codes.last == ECONNREFUSED
        case .timeout: world.errors.isEmpty
        case .broadcast: world.last == .noWay(isBroadcast: true)
        case .prohibited: world.errors.contains(reason) || !Set([EACCES, EPERM]).isDisjoint(with: codes)
        case .hostUnreachable: world.errors.contains(reason) || codes.contains(EHOSTUNREACH)
        case .netUnreachable: world.errors.contains(reason) || codes.contains(ENETUNREACH)
        case .protocolUnreachable: world.errors.contains(reason) || codes.contains(ENOPROTOOPT)
        case .otherError: world.errors.contains(reason) || codes.contains(EPROTO)
        case .portUnreachable: world.errors.contains(reason)
        case .nameUnresolved: false
        }
    }
}
