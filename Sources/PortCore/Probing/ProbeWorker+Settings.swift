extension ProbeWorker {
    /// What a worker is given.
    struct Settings: Sendable {
        let window: Int
        /// How many sockets there may be, where windows are no bound.
        let sockets: Int
        /// Attempts a second; `nil` for no limit.
        let rate: Double?
        let schedule: AttemptSchedule
        let patience: UInt64
        /// Whether each outcome keeps the steps of its probe.
        var isTraced = false
    }
}
