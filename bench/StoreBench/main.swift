import Baseline
import Glibc
import PortCore

// Measures the store inside one process, on runs that are made up: 1,000 hosts × 1,000 ports. Prints rows of a
// markdown table: work, measured, to reach.

let ports = PortSet([1...1000])

/// What a run finds: 20 open ports a host, the rest closed; the hosts in `changed` have one port more.
func results(hosts: Int, changed: Set<Int>) -> [HostResult] {
    (0..<hosts).map { index in
        let open = 20 + (changed.contains(index) ? 1 : 0)
        let outcomes = (0..<ports.count).map { port in
            Outcome(
                reason: port % 50 == index % 50 && port / 50 < open || port == 999 && open > 20 ? .connected : .refused)
        }
        let address = IPAddress(family: .v4, bits: UInt128(0x0a00_0000 + index))
        return HostResult(host: .address(address), address: address, ports: ports, outcomes: outcomes)
    }
}

func request(hosts: Int) throws -> CheckRequest {
    let last = IPAddress(family: .v4, bits: UInt128(0x0a00_0000 + hosts - 1))
    return try CheckRequest(
        targets: TargetSet(parsing: ["10.0.0.0-\(last)"]),
        ports: PortSelection(ports: ["1-1000"], services: []) { () throws(PortError) in try ServiceTable() },
        timing: Timing(timeoutMilliseconds: 2000))
}

func draft(_ request: CheckRequest, _ results: [HostResult], at second: Int) -> RunDraft {
    let time = Timestamp(milliseconds: 1_777_000_000_000 + Int64(second) * 60_000)
    return RunDraft(
        check: CheckName("bench")!, request: request, startedAt: time, finishedAt: time,
        context: RunContext(vantage: "bench", user: "bench", version: "0", limits: LoadLimits()), results: results)
}

/// Records so many runs of 1,000 hosts × 1,000 ports at `path`, of which each `stride`-th shows another host changed.
func makeHistory(runs: Int, at path: String, stride: Int) throws {
    let hosts = 1000
    let request = try request(hosts: hosts)
    func entries(_ results: [HostResult]) -> [Snapshot.Entry] { Snapshot(results).entries }
    let quiet = entries(results(hosts: hosts, changed: []))
    let loud = entries(results(hosts: hosts, changed: Set(0..<hosts)))
    var found = quiet
    let store = try Store(recordingIn: path)
    for run in 0..<runs {
        let host = run / stride * 7 % hosts
        found[host] = (run / stride / hosts).isMultiple(of: 2) ? loud[host] : quiet[host]
        let time = Timestamp(milliseconds: 1_777_000_000_000 + Int64(run) * 60_000)
        let draft = RunDraft(
            check: CheckName("bench")!, request: request, startedAt: time, finishedAt: time,
            context: RunContext(vantage: "bench", user: "bench", version: "0", limits: LoadLimits()),
            snapshot: Snapshot(found), evidence: [:],
            times: AnswerTimes(count: 1_000_000, minimum: 50, median: 100, percentile95: 200, maximum: 900))
        _ = try store.record(draft)
    }
}

func withDatabase<Value>(_ body: (String) throws -> Value) throws -> Value {
    var template = Array("/tmp/portbase-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("mkdtemp") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer {
        for name in ["bench.db", "bench.db-wal", "bench.db-shm"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }
    return try body("\(folder)/bench.db")
}

func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    var start = timespec()
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &start)
    try body()
    clock_gettime(CLOCK_MONOTONIC, &end)
    return Double(end.tv_sec - start.tv_sec) * 1000 + Double(end.tv_nsec - start.tv_nsec) / 1_000_000
}

func decimal(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(String("\(100 + hundredths % 100)".dropFirst()))"
}

/// Growth a run over 100 runs, after the log is folded into the file, and the median time of recording.
func growth(_ work: String, limit: Int, changed: (Int) -> Set<Int>) throws {
    let (hosts, runs) = (1000, 100)
    let request = try request(hosts: hosts)
    try withDatabase { path in
        _ = try Store(recordingIn: path).record(draft(request, results(hosts: hosts, changed: []), at: 0))
        let before = size(path)
        var times: [Double] = []
        for run in 1...runs {
            let draft = draft(request, results(hosts: hosts, changed: changed(run)), at: run)
            times.append(try milliseconds { _ = try Store(recordingIn: path).record(draft) })
        }
        let perRun = (size(path) - before) / runs
        print("| \(work) | \(perRun) bytes a run, recorded in \(decimal(median(times))) ms | under \(limit) bytes |")
    }
}

/// The median time of `Store.drift` between two runs, one host of which changed.
func diff(hosts: Int) throws -> Double {
    let request = try request(hosts: hosts)
    return try withDatabase { path in
        let store = try Store(recordingIn: path)
        let old = try store.record(draft(request, results(hosts: hosts, changed: []), at: 0))
        let new = try store.record(draft(request, results(hosts: hosts, changed: [hosts / 2]), at: 1))
        let times = try (0..<51).map { _ in
            try milliseconds {
                guard try store.drift(from: old, to: new).drift.counts[.opened] == 1 else { fatalError("wrong drift") }
            }
        }
        return median(times)
    }
}

// `store-bench make FILE RUNS [STRIDE]` makes the history that queries are timed on.
let arguments = CommandLine.arguments.dropFirst().map { $0 }
if arguments.first == "make", arguments.count >= 3, let runs = Int(arguments[2]) {
    try makeHistory(runs: runs, at: arguments[1], stride: arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1)
    exit(0)
}
try growth("record 1,000 hosts × 1,000 ports, nothing changed", limit: 1024) { _ in [] }
try growth("record the same, 1 host in 1,000 changed", limit: 2048) { $0.isMultiple(of: 2) ? [] : [$0 * 7 % 1000] }
let small = try diff(hosts: 1000)
let large = try diff(hosts: 10_000)
print("| diff of two runs, 1,000 hosts, 1 changed | \(decimal(small)) ms | under 10 ms |")
print("| diff of two runs, 10,000 hosts, 1 changed | \(decimal(large)) ms | no slower than with 1,000 |")
