extension CheckRequest {
    /// Whether `other` asks for the same observations: limits, and how ports are named, do not count.
    public func asksTheSame(as other: CheckRequest) -> Bool { changes(to: other).isEmpty }

    /// What `other` asks otherwise, a text a part: `targets: +web05`, `ports: 22,80 → 22,80,443`,
    /// `timeout: 2 s → 5 s`.
    public func changes(to other: CheckRequest) -> [String] {
        let (old, new) = (timing, other.timing)
        return [
            Self.change("targets", targets, other.targets), Self.change("excluded", excluded, other.excluded),
            Self.change("ports", ports.all, other.ports.all),
            Self.change("family", family?.text ?? "both", other.family?.text ?? "both"),
            Self.change("timeout", milliseconds: old.timeoutMilliseconds, new.timeoutMilliseconds),
            Self.change("retries", "\(old.retries)", "\(new.retries)"),
            Self.change("confirmations", "\(old.confirmations)", "\(new.confirmations)"),
            Self.change("confirmed for", milliseconds: old.confirmationMilliseconds, new.confirmationMilliseconds),
        ].compactMap { $0 }
    }

    /// The same with what a redefinition keeps beside it: the limits, and which ports are named by services.
    public func redefinitions(to other: CheckRequest) -> [String] {
        func limit(_ number: Int?) -> String { number.map { Wording.number($0) } ?? "none" }
        func services(_ ports: PortSelection) -> String {
            let names = ports.inNameOrder.services.map { "\($0.name) (\($0.ports.text))" }
            return names.isEmpty ? "none" : Wording.list(names, separator: ", ", of: "services")
        }
        let (old, new) = (limits, other.limits)
        return changes(to: other)
            + [
                Self.change("services", services(ports), services(other.ports)),
                Self.change("parallelism", limit(old.parallelism), limit(new.parallelism)),
                Self.change("per host", limit(old.perHost), limit(new.perHost)),
                Self.change("rate", limit(old.rate), limit(new.rate)),
                Self.change("rate per host", limit(old.ratePerHost), limit(new.ratePerHost)),
            ].compactMap { $0 }
    }

    private static func change(_ part: String, _ old: String, _ new: String) -> String? {
        old.hasBytes(of: new) ? nil : "\(part): \(old) → \(new)"
    }

    /// A minute and a half second more are the same in words.
    private static func change(_ part: String, milliseconds old: Int, _ new: Int) -> String? {
        let (oldText, newText) = (Wording.duration(milliseconds: old), Wording.duration(milliseconds: new))
        guard old != new, oldText.hasBytes(of: newText) else { return change(part, oldText, newText) }
        return change(part, "\(Wording.number(old)) ms", "\(Wording.number(new)) ms")
    }

    private static func change(_ part: String, _ old: TargetSet, _ new: TargetSet) -> String? {
        change(part, added: new.subtracting(old).tokens, gone: old.subtracting(new).tokens, of: "targets")
    }

    /// Both lists as a whole where they are short, else what came and went.
    private static func change(_ part: String, _ old: PortSet, _ new: PortSet) -> String? {
        guard max(old.ranges.count, new.ranges.count) > Wording.listLimit else {
            return change(part, old.text, new.text)
        }
        func texts(_ ports: PortSet) -> [String] { ports.ranges.map(\.portText) }
        return change(part, added: texts(new.subtracting(old)), gone: texts(old.subtracting(new)), of: "ranges")
    }

    private static func change(_ part: String, added: [String], gone: [String], of things: String) -> String? {
        let signed = added.map { "+" + $0 } + gone.map { "-" + $0 }
        return signed.isEmpty ? nil : "\(part): " + Wording.list(signed, separator: " ", of: things)
    }
}
