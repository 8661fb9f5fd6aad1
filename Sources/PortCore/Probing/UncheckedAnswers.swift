/// Refusals and errors of one host that no known port has vouched for yet.
///
/// A firewall may answer what comes too fast with a RST or an ICMP error of its own. So while many ports are answered so,
/// one that is known to be otherwise is asked along with them: where it is answered so as well, the pace is at fault, and
/// what was answered since it was last right is asked again.
struct UncheckedAnswers {
    private var answers: [(index: Int, time: UInt64)] = []
    /// When a known port was asked that is not heard yet; `nil` where none is.
    private var askedAt: UInt64?
    /// How often a known port was answered otherwise than before, without having been right in between.
    private(set) var contradictions = 0

    /// So many answers call for a check, and so many at the end.
    private static let many = 64
    private static let manyAtEnd = 16
    /// What is remembered where no port is known that could vouch.
    private static let kept = 4096
    /// So many contradictions at ever slower a pace are no matter of pace: the port has changed.
    static let most = 6

    mutating func add(_ index: Int, now: UInt64) {
        if answers.count >= Self.kept { answers.removeFirst(Self.kept / 2) }
        answers.append((index, now))
    }

    /// Whether a known port is to be asked; `isEnd` where nothing is left to start.
    func wantCheck(isEnd: Bool) -> Bool { askedAt == nil && answers.count >= (isEnd ? Self.manyAtEnd : Self.many) }

    /// Whether a known port was asked that is not heard yet.
    var isAsked: Bool { askedAt != nil }

    mutating func asked(now: UInt64) { askedAt = now }

    /// The known port could not be asked, or did not answer: it is asked again.
    mutating func wasNotHeard() { askedAt = nil }

    /// The known port answered as before: what came before it was asked is right.
    mutating func wasRight() {
        answers.removeAll { $0.time <= askedAt ?? 0 }
        (askedAt, contradictions) = (nil, 0)
    }

    /// The known port is answered otherwise. Returns what is in doubt.
    mutating func wasWrong() -> [Int] {
        defer { (answers, askedAt, contradictions) = ([], nil, contradictions + 1) }
        return answers.map(\.index)
    }

    /// Everything that is in doubt.
    mutating func takeAll() -> [Int] {
        defer { (answers, askedAt) = ([], nil) }
        return answers.map(\.index)
    }

    /// These are asked again anyway.
    mutating func forget(_ indices: [Int]) {
        guard !answers.isEmpty, !indices.isEmpty else { return }
        let forgotten = Set(indices)
        answers.removeAll { forgotten.contains($0.index) }
    }

    /// The port has changed, and what was answered stands.
    mutating func believeAll() { (answers, askedAt, contradictions) = ([], nil, 0) }
}
