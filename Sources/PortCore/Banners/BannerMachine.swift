/// Decides what is said to one open port, and when its banner is complete. Pure: events in, actions out.
struct BannerMachine: Sendable {
    enum Event: Equatable {
        case connected
        case received([UInt8])
        /// The connection ended or never began, or the time is over: nothing more will come.
        case ended
    }

    enum Action: Equatable {
        case send([UInt8])
        case wait
        /// The end: `nil` where the port said nothing.
        case settle(Banner?)
    }

    /// The most bytes that are listened to. More than are kept: what is looked for may stand behind other headers.
    static let byteLimit = 4096

    private let expected: BannerProtocol
    private let question: [UInt8]?
    private var heard: [UInt8] = []

    /// - Parameter host: the value of HTTP's Host header.
    init(_ expected: BannerProtocol, host: String) {
        self.expected = expected
        question = expected.question(host: host)
    }

    mutating func handle(_ event: Event) -> Action {
        switch event {
        case .connected: return question.map { .send($0) } ?? .wait
        case .received(let bytes):
            heard += bytes.prefix(Self.byteLimit - heard.count)
            let answer = Answer(heard, isAll: heard.count == Self.byteLimit)
            return answer.banner(of: expected).map { .settle($0) } ?? (answer.isAll ? .settle(nil) : .wait)
        case .ended: return .settle(Answer(heard, isAll: true).banner(of: expected))
        }
    }
}
