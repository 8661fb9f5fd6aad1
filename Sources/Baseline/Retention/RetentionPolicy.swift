/// Which runs a prune keeps beside those that answers need.
public struct RetentionPolicy: Hashable, Sendable {
    /// Runs that were finished at this moment or since are kept.
    public let since: Timestamp
    /// How many of the newest runs of each check are kept.
    public let newest: Int
    /// The check whose runs may go; `nil` for those of all.
    public let check: CheckName?

    /// Keeps what it is given.
    public init(since: Timestamp, newest: Int = 0, check: CheckName? = nil) {
        self.since = since
        self.newest = newest
        self.check = check
    }
}

/// What a prune dropped, or would drop.
public struct PruneReport: Hashable, Sendable {
    /// A check of which runs go.
    public struct Check: Hashable, Sendable {
        /// Its name.
        public let name: CheckName
        /// The numbers of the runs that go, ascending.
        public let dropped: [Int64]
        /// How many runs stay.
        public let kept: Int
    }

    /// The checks of which runs go, by name.
    public let checks: [Check]
    /// The bytes of the database before; `nil` where nothing was written.
    public internal(set) var bytesBefore: Int64?
    /// The bytes of the database after; `nil` where nothing was written.
    public internal(set) var bytesAfter: Int64?
    /// Why the file keeps the space, to use it again; `nil` where it gave it back or nothing was dropped.
    public internal(set) var unreclaimed: String?

    init(checks: [Check]) { self.checks = checks }

    /// How many runs go.
    public var count: Int { checks.reduce(0) { $0 + $1.dropped.count } }
}
