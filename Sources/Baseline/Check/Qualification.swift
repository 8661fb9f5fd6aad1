/// What a verdict has to tell beside what was found: that the run was not recorded, or that nothing says what should be.
struct Qualification {
    let check: CheckName
    let databasePath: String
    /// Why the run was not recorded, if it was to be.
    let failure: StoreError?
    /// Whether a baseline was required, and there is none.
    let lacksBaseline: Bool
    let requiresRecord: Bool

    /// Whether there is anything to tell.
    var isAny: Bool { failure != nil || lacksBaseline }

    var warnings: [String] { failure.map { ["The run was not recorded: \($0)"] } ?? [] }

    /// `verdict` with what there is to tell; a requirement that is not met comes first, and is UNKNOWN.
    func verdict(_ verdict: Verdict) -> Verdict {
        var (level, message) = (verdict.level, verdict.message)
        if let failure {
            // The sentence of an error ends with a stop, and the line goes on.
            let reason = "\(failure)"
            let text = "run was not recorded: \(reason.last == "." ? reason.dropLast() : reason[...])"
            if requiresRecord {
                (level, message) = (.unknown, "The \(text); \(message)")
            } else {
                message += "; the \(text)"
            }
        }
        if lacksBaseline {
            let text = "Check '\(check)' has no baseline in '\(databasePath)' that could judge it"
            (level, message) = (.unknown, "\(text); \(message)")
        }
        return Verdict(level: level, message: message)
    }
}
