import PortCore

/// What makes an interface of one reading that of another.
struct InterfaceIdentity: Hashable {
    /// The name of the machine; `nil` where the report does not tell it.
    @Bytewise private(set) var machine: String?
    let mode: InterfaceReport.Mode
    @Bytewise private(set) var interface: String
    /// What tells machines without a name apart: the link-layer address, or else the report itself.
    @Bytewise private(set) var mark: String?

    init(_ interface: InterfaceReport.Interface, in reading: InterfaceReading) {
        machine = reading.report.name
        mode = reading.report.mode
        self.interface = interface.name
        if case nil = reading.report.name { mark = interface.mac ?? "\(reading.digest)" }
    }
}

/// Every reading of every interface, by interface and in the order of time.
struct InterfaceHistory {
    private let readings: [InterfaceReading]
    private var samples: [InterfaceIdentity: [Sample]] = [:]
    private var owners: [IPAddress: Set<InterfaceIdentity>] = [:]

    /// One interface in one reading.
    private struct Sample {
        let readAt: Timestamp
        let isUp: Bool?
        let addresses: Set<IPAddress>
        let report: InterfaceReport
    }

    init(_ readings: [InterfaceReading]) {
        self.readings = readings.sorted { $0.readAt < $1.readAt }
        for reading in self.readings {
            for interface in reading.report.interfaces {
                let identity = InterfaceIdentity(interface, in: reading)
                samples[identity, default: []].append(
                    Sample(
                        readAt: reading.readAt, isUp: interface.isUp, addresses: interface.addresses,
                        report: reading.report))
                for address in interface.addresses { owners[address, default: []].insert(identity) }
            }
        }
    }

    /// What became of the interface that had `address`, where `host` was probed.
    func trace(_ address: IPAddress, of host: Host, in window: CorrelationWindow) -> Correlation.Trace {
        let found = owners[address, default: []].compactMap { owner in
            Ownership(samples[owner, default: []], of: address, in: window).map { (owner: owner, is: $0) }
        }
        let named = found.filter { $0.is.sample.report.isOf(host, at: address) }
        let near = named.isEmpty && !address.isOnManyMachines ? found : named
        guard !near.isEmpty else { return withoutInterface(address, of: host, in: window) }
        // Who has it now, or else who had it last.
        let holders = near.filter { $0.is.sample.addresses.contains(address) }
        let last = near.map(\.is.listedAt).max()
        let mine = holders.isEmpty ? near.filter { $0.is.listedAt == last } : holders
        let machines = Set(mine.map { Bytewise($0.owner.machine ?? $0.owner.mark) })
        guard machines.count == 1 else { return Correlation.Trace(.severalHosts) }
        let ranked = mine.sorted {
            guard $0.is.rank == $1.is.rank else { return $0.is.rank < $1.is.rank }
            let (one, other) = ($0.owner, $1.owner)
            guard one.interface.hasBytes(of: other.interface) else {
                return one.interface.utf8.lexicographicallyPrecedes(other.interface.utf8)
            }
            return one.mode == .local && other.mode == .snmp
        }
        guard let first = ranked.first else { return Correlation.Trace(.notCovered) }
        return first.is.trace(first.owner.interface, in: window)
    }

    /// Nothing had the address in time: whether the host was looked at nevertheless.
    private func withoutInterface(
        _ address: IPAddress, of host: Host, in window: CorrelationWindow
    ) -> Correlation.Trace {
        let own = readings.last { window.contains($0.readAt) && $0.report.isOf(host, at: address) }
        guard let own else { return Correlation.Trace(.notCovered) }
        return Correlation.Trace(.noInterface, machine: own.report.machine, readAt: own.readAt)
    }

    /// What one interface that has or had an address comes to in a window.
    private struct Ownership {
        /// What one reading says of the interface and the address.
        enum State {
            case up
            case down
            case addressGone
            case unknown

            var isTrouble: Bool { self == .down || self == .addressGone }
        }

        let sample: Sample
        let state: State
        /// When the interface was last seen with the address.
        let listedAt: Timestamp
        /// When it was last seen otherwise before it came into its state, and first seen in it.
        let otherwiseAt: Timestamp?
        let firstAt: Timestamp

        /// - Returns: `nil` when no reading of the window tells anything of the interface and `address`.
        init?(_ samples: [Sample], of address: IPAddress, in window: CorrelationWindow) {
            let states = Self.states(samples, of: address)
            let known = samples.indices.filter { window.contains(samples[$0].readAt) && states[$0] != nil }
            let nearest = [
                known.last { samples[$0].readAt <= window.gone }, known.first { samples[$0].readAt > window.gone },
            ].compactMap { $0 }
            // Down on either side of the newer run is down; else the later reading says that it was up.
            guard let chosen = nearest.first(where: { states[$0]?.isTrouble ?? false }) ?? nearest.last,
                let state = states[chosen],
                let listed = samples[...chosen].last(where: { $0.addresses.contains(address) })
            else { return nil }
            let first = samples[...chosen].indices.last { $0 == 0 || states[$0 - 1] != state } ?? chosen
            sample = samples[chosen]
            self.state = state
            listedAt = listed.readAt
            firstAt = samples[first].readAt
            let before = first > 0 ? states[first - 1] : nil
            otherwiseAt = before == .up || (before != nil && state == .addressGone) ? samples[first - 1].readAt : nil
        }

        /// What each reading says; `nil` before the interface had the address. One that went down may no longer list
        /// it, and has it still; one that lost it while up has lost it, whatever it does then.
        private static func states(_ samples: [Sample], of address: IPAddress) -> [State?] {
            var last: State?
            return samples.map { sample in
                if sample.addresses.contains(address) {
                    last = sample.isUp.map { $0 ? .up : .down } ?? .unknown
                } else if last != nil {
                    last = sample.isUp == false && last != .addressGone ? .down : .addressGone
                }
                return last
            }
        }

        /// Of several interfaces with one address, one that is up speaks first.
        var rank: Int { state == .up ? 0 : state.isTrouble ? 1 : 2 }

        func trace(_ interface: String, in window: CorrelationWindow) -> Correlation.Trace {
            let outcome: Correlation.Outcome =
                switch state {
                case .up: .up
                case .unknown: .stateUnknown
                case .down where firstAt <= window.open, .addressGone where firstAt <= window.open: .before
                case .down: .down
                case .addressGone: .addressGone
                }
            return Correlation.Trace(
                outcome, machine: sample.report.machine, interface: interface,
                otherwiseAt: state.isTrouble ? otherwiseAt : nil,
                readAt: state.isTrouble ? firstAt : sample.readAt)
        }
    }
}

extension IPAddress {
    /// Whether every machine, or every link, may have it: loopback and link-local (RFC 3927, RFC 4291).
    fileprivate var isOnManyMachines: Bool {
        isLoopback || (family == .v4 ? bits >> 16 == 0xa9fe : bits >> 118 == 0xfe80 >> 6)
    }
}
