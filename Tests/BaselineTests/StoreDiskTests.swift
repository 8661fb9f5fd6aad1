import Foundation
import Glibc
import PortCore
import Testing

@testable import Baseline

@Suite("Disks that are full or cannot be written", .enabled(if: MountNamespace.isAvailable, "\(MountNamespace.reason)"))
struct StoreDiskTests {
    private let folder: TemporaryFolder
    private let results = [found("10.0.0.1", [.connected: "22", .timeout: "80"])]

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("A database in a folder that cannot be written can be read")
    func readOnlyFolder() throws {
        let run = try folder.store().record(draft("x", results))
        let (folder, results) = (folder, results)
        let digest = try MountNamespace.within(folder.path, .readOnly) { () throws in
            #expect(access(folder.path, W_OK) != 0)
            let store = try Store(reading: folder.database)
            #expect(try store.evidence(of: run) == draft("x", results).evidence)
            return try store.snapshot(of: run).digest
        }
        #expect(digest == run.digest)
    }

    @Test("What a crashed writer left in the log is not passed over: without the log's files it is an error")
    func readOnlyFolderWithLog() throws {
        let store = try folder.store()
        _ = try store.record(draft("x", results))
        let copy = try TemporaryFolder()
        for file in ["portbase.db", "portbase.db-wal"] {
            try FileManager.default.copyItem(atPath: folder.path + "/" + file, toPath: copy.path + "/" + file)
        }
        let runs = try MountNamespace.within(copy.path, .readOnly) {
            Result { try Store(reading: copy.database).runs(of: nil, limit: 9).count }
        }
        switch runs {
        case .success(let count): #expect(count == 1)
        case .failure(let error):
            guard case .cannotOpen = error as? StoreError else { Issue.record("\(error)"); return }
        }
        withExtendedLifetime(store) {}
    }

    @Test("Recording where nothing can be written is a failure to write, and changes nothing")
    func notWritable() throws {
        let run = try folder.store().record(draft("x", results))
        let before = try folder.bytes()
        let (folder, results) = (folder, results)
        try MountNamespace.within(folder.path, .readOnly) { () throws in
            let error = #expect(throws: StoreError.self) {
                try Store(recordingIn: folder.database).record(draft("x", results))
            }
            #expect(error?.isFailureToWrite == true, "\(String(describing: error))")
            #expect(try Store(reading: folder.database).runs(of: nil, limit: 9) == [run])
        }
        #expect(try folder.bytes() == before)
    }

    @Test("A database cannot be made where nothing can be written")
    func cannotBeMade() throws {
        let folder = folder
        try MountNamespace.within(folder.path, .readOnly) { () throws in
            for path in [folder.database, folder.path + "/a/portbase.db"] {
                let error = #expect(throws: StoreError.self) { try Store(recordingIn: path) }
                #expect(error?.description.contains("Read-only file system") == true)
                #expect(error?.isFailureToWrite == true)
            }
        }
    }

    @Test("On a full disk a run is not recorded, and every run before it is whole")
    func full() throws {
        let folder = folder
        try MountNamespace.within(folder.path, .disk(kibibytes: 512)) { () throws in
            let store = try folder.store()
            var random = SplitMix64(seed: 1)
            var recorded: [Run] = []
            var failure: StoreError?
            while failure == nil, recorded.count < 10_000 {
                let hosts = (1...50).map { index in
                    let ports = PortSet(values: (0..<40).map { _ in UInt16.random(in: 1...65535, using: &random) })
                    return found(Host("10.0.0.\(index)")!, at: nil, [(.connected, ports)])
                }
                do throws(StoreError) {
                    let draft = try! draft("x", hosts)
                    recorded.append(try store.record(draft))
                } catch {
                    failure = error
                }
            }
            #expect(failure == .notWritable(path: folder.database, reason: "the disk is full"))
            #expect(!recorded.isEmpty)
            let reader = try Store(reading: folder.database)
            #expect(try reader.runs(of: nil, limit: .max) == recorded.reversed())
            for run in recorded { #expect(try reader.snapshot(of: run).digest == run.digest) }
        }
    }
}
