import Glibc
import Testing

@testable import PortCore

extension RealSockets {
    @Suite("The reader of banners on loopback")
    struct BannerReaderTests {
        /// Reads the banners of `ports` at 127.0.0.1, all of which count as open. Services have the names of `names`.
        private func read(
            _ ports: [UInt16], names: [String: UInt16] = [:], limits: LoadLimits = LoadLimits(),
            milliseconds: Int = 500, cancellation: Cancellation = Cancellation(),
            progress: (ProbeProgress) -> Void = { _ in }
        ) throws -> [UInt16: String] {
            let set = PortSet(values: ports.sorted())
            let text = names.map { "\($0) \($1)/tcp\n" }.joined()
            let selection = try PortSelection(ports: [set.text], services: Array(names.keys)) { () throws(PortError) in
                try ServiceTable(text: text, path: "services")
            }
            let address = try #require(IPAddress("127.0.0.1"))
            let result = HostResult(
                host: .address(address), address: address, ports: set,
                outcomes: set.values.map { _ in Outcome(reason: .connected) })
            let banners = try BannerReader.read(
                [result], selection, limits: limits, milliseconds: milliseconds, cancellation: cancellation,
                progress: progress)
            return (banners[result.host] ?? [:]).mapValues(\.text)
        }

        @Test("hears every open port that says something, and asks where one has to")
        func hears() throws {
            let greeting = try Speaker(saying: "hello there\r\n")
            let quiet = try Speaker(saying: "")
            let web = try Speaker { talk in
                let question = talk.hear(milliseconds: 2000) ?? ""
                talk.say("HTTP/1.0 200 OK\r\nServer: \(question.split(separator: "\r\n")[1])\r\n\r\n")
            }
            let ports = [greeting.port, quiet.port, web.port]
            let found = try read(ports, names: ["http": web.port])
            #expect(
                found == [
                    greeting.port: "hello there",
                    web.port: "HTTP/1.0 200 OK Server: Host: 127.0.0.1:\(web.port)",
                ])
            #expect(quiet.connections == 1)
        }

        @Test("hears only open ports, and nothing where there is none")
        func onlyOpen() throws {
            let speaker = try Speaker(saying: "hello\r\n")
            let address = try #require(IPAddress("127.0.0.1"))
            let result = HostResult(
                host: .address(address), address: address, ports: PortSet(values: [speaker.port]),
                outcomes: [Outcome(reason: .refused)])
            let selection = try PortSelection(ports: ["\(speaker.port)"], services: []) { () throws(PortError) in
                try ServiceTable()
            }
            let banners = try BannerReader.read(
                [result], selection, limits: LoadLimits(), cancellation: Cancellation())
            #expect(banners.isEmpty && speaker.connections == 0)
        }

        @Test("takes a port that is gone, resets or hangs up for one without a banner")
        func gone() throws {
            let resets = try Speaker { $0.reset() }
            let hangsUp = try Speaker { _ in }
            let full = try Listener(backlog: 0)
            try full.fill()
            let gone = try { try Listener().port }()
            var found: [UInt16: String] = [:]
            let time = try milliseconds { found = try read([resets.port, hangsUp.port, full.port, gone]) }
            #expect(found.isEmpty && time < 1500)
        }

        @Test("keeps what was said before a reset")
        func reset() throws {
            let speaker = try Speaker { talk in
                talk.say("half a word")
                usleep(50_000)
                talk.reset()
            }
            #expect(try read([speaker.port]) == [speaker.port: "half a word"])
        }

        @Test("gives a server that drips its time and not more")
        func drip() throws {
            let speaker = try Speaker { talk in
                while talk.say("x"), talk.hear(milliseconds: 20) != nil {}
            }
            var found: [UInt16: String] = [:]
            let time = try milliseconds { found = try read([speaker.port]) }
            let text = try #require(found[speaker.port])
            #expect(text.allSatisfy { $0 == "x" } && text.count > 3)
            #expect(time >= 499 && time < 1200)
        }

        @Test("does not listen to the end of a server that never stops")
        func flood() throws {
            let speaker = try Speaker { talk in
                let block = String(repeating: "y", count: 100_000)
                while talk.say(block) {}
            }
            var found: [UInt16: String] = [:]
            let time = try milliseconds { found = try read([speaker.port], milliseconds: 20_000) }
            #expect(found[speaker.port]?.count == Banner.byteLimit && time < 2000)
        }

        @Test("listens to many ports at once")
        func sideBySide() throws {
            let speakers = try (0..<100).map { _ in try Speaker(saying: "") }
            var found: [UInt16: String] = [:]
            let time = try milliseconds { found = try read(speakers.map(\.port)) }
            #expect(found.isEmpty && time >= 499 && time < 2500)
            #expect(speakers.allSatisfy { $0.connections == 1 })
        }

        @Test(
            "keeps to the limits of the run",
            arguments: [(LoadLimits(parallelism: 1), 1), (LoadLimits(parallelism: 9, perHost: 2), 2)])
        func limits(limits: LoadLimits, most: Int) throws {
            let speakers = try (0..<6).map { _ in try Speaker(saying: "") }
            let time = try milliseconds { _ = try read(speakers.map(\.port), limits: limits, milliseconds: 100) }
            #expect(time >= Double(600 / most - 1) && time < Double(600 / most + 500))
        }

        @Test("keeps to the rate of the run")
        func rate() throws {
            let speakers = try (0..<20).map { _ in try Speaker(saying: "x\n") }
            var found: [UInt16: String] = [:]
            let time = try milliseconds { found = try read(speakers.map(\.port), limits: LoadLimits(rate: 50)) }
            #expect(found.count == 20 && time > 340)
        }

        @Test("ends within half a second of a signal")
        func cancelled() throws {
            let speaker = try Speaker(saying: "")
            let cancellation = Cancellation()
            let time = milliseconds {
                _ = #expect(throws: BannerError.cancelled(signal: SIGINT)) {
                    try read([speaker.port], milliseconds: 20_000, cancellation: cancellation) { _ in
                        cancellation.cancel(signal: SIGINT)
                    }
                }
            }
            #expect(time < 500)
        }

        @Test("tells how far it has come")
        func progress() throws {
            let speaker = try Speaker(saying: "")
            var seen: [ProbeProgress] = []
            _ = try read([speaker.port], progress: { seen.append($0) })
            #expect(seen.count >= 3 && seen.allSatisfy { $0.hosts == 1 && $0.endpoints == 1 })
        }
    }
}
