import PortCore

/// Something that a bundle holds, with all that its record vouches for.
struct BundleItem {
    enum Content {
        case request
        case run(Snapshot, [Host: Evidence], [Host: HostBanners]?)
        /// The snapshot is `nil` where it is that of the run.
        case baseline(Snapshot?)
    }

    let item: LedgerItem
    let record: LedgerLines
    let content: Content
    /// Where its record begins.
    let place: BundlePlace

    // MARK: What the record says

    func text(_ word: String) throws(StoreError) -> String { try value(word, record[word]) }

    func int(_ word: String) throws(StoreError) -> Int64 { try value(word, record.int(word)) }

    /// The item, where its record can be read as a whole.
    func checked() throws(StoreError) -> BundleItem {
        switch content {
        case .request: _ = try origin()
        case .run(let snapshot, let evidence, let banners):
            guard let check = item.name else { throw place.problem("it is of no check") }
            _ = try draft(of: check, snapshot, evidence, banners)
        case .baseline: _ = try acceptance()
        }
        return self
    }

    func origin() throws(StoreError) -> LedgerOrigin {
        try LedgerOrigin(user: text("user"), vantage: text("vantage"), at: time("recorded_at"))
    }

    func acceptance() throws(StoreError) -> Acceptance {
        try Acceptance(
            recordedAt: time("recorded_at"), vantage: text("vantage"), user: text("user"), person: record["person"],
            reason: text("reason"), ticket: record["ticket"])
    }

    /// The run as it is handed to the store, under the name `check`.
    func draft(
        of check: CheckName, _ snapshot: Snapshot, _ evidence: [Host: Evidence], _ banners: [Host: HostBanners]?
    ) throws(StoreError) -> RunDraft {
        let request = try value("asked", RequestCoding.value(CheckRequest.self, text("asked")))
        let limits = try value("options", RequestCoding.value(LoadLimits.self, text("options")))
        let context = try RunContext(
            vantage: text("vantage"), user: text("user"), version: text("version"), limits: limits)
        let times = try AnswerTimes(
            count: count("answers"), minimum: count("min_us"), median: count("median_us"),
            percentile95: count("p95_us"), maximum: count("max_us"))
        return try RunDraft(
            check: check, request: request, startedAt: time("started_at"), finishedAt: time("finished_at"),
            context: context, snapshot: snapshot, evidence: evidence, times: times, banners: banners)
    }

    /// Refuses a request that no check could carry out here.
    func refuseHugeRequest() throws(StoreError) {
        let request = try value("body", RequestCoding.value(CheckRequest.self, text("body")))
        guard request.size.isWithinLimits else { throw place.problem("its request is too large: \(request.size.text)") }
    }

    /// A number that is not negative.
    private func count(_ word: String) throws(StoreError) -> Int {
        try value(word, record.int(word).flatMap { $0 < 0 ? nil : Int(exactly: $0) })
    }

    private func time(_ word: String) throws(StoreError) -> Timestamp { try value(word, record.time(word)) }

    private func value<Value>(_ word: String, _ value: Value?) throws(StoreError) -> Value {
        guard let value else { throw place.problem("the line '\(word)' is missing or cannot be read") }
        return value
    }
}

/// A line of a bundle.
struct BundlePlace {
    let path: String
    /// From 1.
    let line: Int

    /// What does not hold there.
    func problem(_ text: String) -> StoreError { .doesNotHold(Discrepancy("line \(line) of '\(path)'", text)) }
}
