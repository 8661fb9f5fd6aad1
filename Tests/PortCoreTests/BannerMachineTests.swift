import Testing

@testable import PortCore

@Suite("What a banner machine makes of what a port says")
struct BannerMachineTests {
    /// Lets a machine hear `parts` one after another, and then the end. Returns the banner, and after how many parts
    /// it was complete; `nil` when only the end decided.
    private func hear(_ expected: BannerProtocol, _ parts: [[UInt8]]) -> (banner: Banner?, after: Int?) {
        var machine = BannerMachine(expected, host: "web01:80")
        _ = machine.handle(.connected)
        for (index, part) in parts.enumerated() {
            if case .settle(let banner) = machine.handle(.received(part)) { return (banner, index + 1) }
        }
        guard case .settle(let banner) = machine.handle(.ended) else { return (nil, nil) }
        return (banner, nil)
    }

    private func hear(_ expected: BannerProtocol, _ parts: String...) -> (banner: Banner?, after: Int?) {
        hear(expected, parts.map { Array($0.utf8) })
    }

    @Test("servers that speak first are told nothing", arguments: BannerProtocol.allCases)
    func questions(expected: BannerProtocol) {
        var machine = BannerMachine(expected, host: "[2001:db8::1]:8080")
        switch expected {
        case .http:
            let question = "HEAD / HTTP/1.0\r\nHost: [2001:db8::1]:8080\r\nUser-Agent: portbase\r\n\r\n"
            #expect(machine.handle(.connected) == .send(Array(question.utf8)))
        case .redis: #expect(machine.handle(.connected) == .send(Array("INFO server\r\n".utf8)))
        default: #expect(machine.handle(.connected) == .wait)
        }
        #expect(machine.handle(.ended) == .settle(nil))
    }

    @Test(
        "the greeting is complete with its line",
        arguments: [
            (.ssh, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "ssh SSH-2.0-OpenSSH_9.2p1 Debian-2"),
            (.ssh, "Be warned.\r\nSSH-2.0-x\r\n", "ssh SSH-2.0-x"),
            (.smtp, "220 mx.example ESMTP Postfix\r\n", "smtp 220 mx.example ESMTP Postfix"),
            (.smtp, "220-mx.example\r\n220-no spam\r\n220 ready\r\n", "smtp 220-mx.example 220-no spam 220 ready"),
            (.smtp, "554 go away\r\n", "smtp 554 go away"),
            (.ftp, "220-Welcome\r\n  to all\r\n220\r\n", "ftp 220-Welcome to all 220"),
            (.pop3, "+OK Dovecot ready.\r\n", "pop3 +OK Dovecot ready."),
            (.imap, "* OK [CAPABILITY IMAP4rev1] ready.\r\n", "imap * OK [CAPABILITY IMAP4rev1] ready."),
            (.redis, "$95\r\n# Server\r\nredis_version:7.0.15\r\nredis_git", "redis redis_version:7.0.15"),
            (.redis, "-NOAUTH Authentication required.\r\n", "redis -NOAUTH Authentication required."),
            (.http, "HTTP/1.1 200 OK\r\nDate: x\r\nsErver: nginx\r\n", "http HTTP/1.1 200 OK sErver: nginx"),
            (.http, "HTTP/1.0 404 Not Found\r\nX: y\r\n\r\n", "http HTTP/1.0 404 Not Found"),
            (.http, "HTTP/1.0 200 OK\r\n\r\nServer: in the body\r\n", "http HTTP/1.0 200 OK"),
            (.generic, "SSH-2.0-x\r\n", "ssh SSH-2.0-x"), (.smtp, "SSH-2.0-x\r\n", "ssh SSH-2.0-x"),
            (.generic, "\r\n\r\nlogin here\nand there\n", "generic login here"),
        ] as [(BannerProtocol, String, String)])
    func greetings(expected: BannerProtocol, said: String, banner: String) {
        let whole = hear(expected, said)
        #expect(whole.banner.map(words) == banner && whole.after == 1)
        let drip = hear(expected, Array(said.utf8).map { [$0] })
        #expect(drip.banner.map(words) == banner && drip.after != nil)
    }

    @Test("what keeps to no protocol that was expected is heard as generic", arguments: BannerProtocol.allCases)
    func otherProtocols(expected: BannerProtocol) {
        let answer = hear(expected, "hello, this is the wrong door\r\n")
        #expect(answer.banner.map(words) == "generic hello, this is the wrong door")
    }

    @Test(
        "half an answer is what the end leaves of it",
        arguments: [
            (.ssh, "SSH-2.0-Op", "ssh SSH-2.0-Op"), (.ssh, "only\r\nwarnings\r\n", "generic only"),
            (.smtp, "220-first\r\n220-sec", "smtp 220-first 220-sec"), (.imap, "* OK", "imap * OK"),
            (.http, "HTTP/1.1 200 OK\r\nDate", "http HTTP/1.1 200 OK"), (.http, "HTT", "generic HTT"),
            (.redis, "$4\r\nabcd\r\n", "generic $4"), (.mysql, "J\u{0}", "generic J\\u{0}"),
            (.generic, "\r\n \r\n", nil), (.generic, "", nil), (.mysql, "", nil),
        ] as [(BannerProtocol, String, String?)])
    func halves(expected: BannerProtocol, said: String, banner: String?) {
        let answer = hear(expected, said)
        #expect(answer.banner.map(words) == banner && answer.after == nil)
    }

    @Test("MySQL's handshake and error packets tell a version, or why there is none")
    func mysql() {
        func packet(_ payload: [UInt8]) -> [UInt8] {
            [UInt8(payload.count & 0xff), UInt8(payload.count >> 8), 0, 0] + payload
        }
        let handshake = packet([10] + Array("8.0.36-0ubuntu".utf8) + [0] + Array(repeating: 7, count: 60))
        #expect(hear(.mysql, [handshake]).banner.map(words) == "mysql 8.0.36-0ubuntu (protocol 10)")
        #expect(hear(.mysql, handshake.map { [$0] }).after == 20, "the version is enough")
        let error = packet([0xff, 0x6a, 0x04] + Array("Host 'x' is not allowed".utf8))
        #expect(hear(.mysql, error.map { [$0] }).banner.map(words) == "mysql error 1130: Host 'x' is not allowed")
        let state = packet([0xff, 0x10, 0x04] + Array("#08004Too many connections".utf8))
        #expect(hear(.mysql, [state]).banner.map(words) == "mysql error 1040: Too many connections")
        for hostile: [UInt8] in [
            packet([10]) + [10], packet([10] + Array(repeating: 65, count: 20)), [0, 0, 0, 0, 10],
            [0xff, 0xff, 0xff, 0, 10, 65, 0], packet([0xff, 1]), packet([0xff, 1, 2]), packet([0xff]),
            packet([9, 0]), [5, 0, 0, 1, 10, 65, 0, 0, 0],
        ] {
            let answer = hear(.mysql, [hostile])
            #expect(answer.banner?.protocol != .mysql || answer.banner?.text == "(protocol 9)", "\(hostile)")
        }
    }

    @Test("endless data is cut off, with a line end and without one", arguments: BannerProtocol.allCases)
    func endless(expected: BannerProtocol) throws {
        for block in ["x", "220-more\r\n", "HTTP/1.1 200 OK\r\n", "$9\r\n", "\r\n", "\u{0}", "\u{7}\u{1B}[2J", "ü"] {
            var machine = BannerMachine(expected, host: "h:1")
            _ = machine.handle(.connected)
            let bytes = Array(String(repeating: block, count: 1000).utf8)
            var heard = 0
            var settled = false
            while !settled {
                try #require(heard <= BannerMachine.byteLimit, "\(expected) \(block)")
                guard case .settle(let banner) = machine.handle(.received(Array(bytes.prefix(100)))) else {
                    heard += 100
                    continue
                }
                settled = true
                // Each byte is at most `\u{..}`.
                #expect((banner?.text.utf8.count ?? 0) <= 6 * Banner.byteLimit)
                #expect(banner.map { Visible.isPlain($0.text) } ?? true)
            }
        }
    }

    @Test("noise of every kind makes one line of visible text, or none", arguments: 1...40 as ClosedRange<UInt64>)
    func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for expected in BannerProtocol.allCases {
            let openings = ["", "220-", "SSH-", "HTTP/1.1 ", "$", "-", "+OK ", "* ", "J\u{0}\u{0}\u{0}\u{A}"]
            let opening = Array(openings.randomElement(using: &random)!.utf8)
            let bytes =
                opening
                + (0..<Int.random(in: 0...6000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let whole = hear(expected, [bytes]).banner
            let parts = stride(from: 0, to: bytes.count, by: 97).map { Array(bytes[$0..<min($0 + 97, bytes.count)]) }
            #expect(hear(expected, parts).banner == whole, "how it arrives changes nothing")
            guard let text = whole?.text else { continue }
            #expect(!text.isEmpty && Visible.isPlain(text) && text.utf8.count <= 6 * Banner.byteLimit)
        }
    }

    private func words(_ banner: Banner) -> String { "\(banner.protocol.rawValue) \(banner.text)" }
}

@Suite("Banners")
struct BannerTests {
    private func text(_ bytes: [UInt8], _ expected: BannerProtocol = .generic) -> String? {
        Banner(expected, bytes: bytes)?.text
    }

    @Test("are safe in terminals and JSON: what moves, hides or turns text is written out")
    func sanitised() {
        #expect(text(Array("a\u{1B}[2J\t\u{7F}b".utf8)) == "a\\u{1b}[2J\\u{9}\\u{7f}b")
        #expect(text(Array("\u{85}\u{202E}\u{2028}\u{FEFF}".utf8)) == "\\u{85}\\u{202e}\\u{2028}\\u{feff}")
        #expect(text(Array("Grüße ✓ 日本".utf8)) == "Grüße ✓ 日本")
        #expect(text([0xff, 0xfd, 0x18, 0x41]) == "\\xff\\xfd\\u{18}A")
        #expect(text([0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xe2, 0x82]) == "\\xc0\\xaf\\xed\\xa0\\x80\\xe2\\x82")
        #expect(text(Array("  many   spaces  ".utf8)) == "many spaces")
        #expect(text([]) == nil && text([0x20]) == nil)
        #expect(Banner(.ssh, text: "two\nlines") == nil && Banner(.ssh, text: "") == nil)
    }

    @Test("keep at most 512 bytes, and no half of a character")
    func limit() {
        #expect(text(Array(repeating: 0x41, count: 4000))?.utf8.count == 512)
        let cut = text(Array(("x" + String(repeating: "日", count: 400)).utf8))
        #expect(cut == "x" + String(repeating: "日", count: 170))
        #expect(text(Array(repeating: 0x80, count: 600)) == String(repeating: "\\x80", count: 508))
    }

    @Test("leave out dates, and the stamp of APOP, which differ with every connection")
    func passing() {
        let exim = "220 mx ESMTP Exim 4.96 Mon, 23 Nov 2026 01:27:46 +0000"
        #expect(text(Array(exim.utf8), .smtp) == "220 mx ESMTP Exim 4.96")
        #expect(text(Array("220 mx Sendmail 8; Mon, 3 Nov 2026 01:27:46 -0800 ok".utf8)) == "220 mx Sendmail 8; ok")
        #expect(text(Array("+OK hi <1896.6971@mx.example>".utf8), .pop3) == "+OK hi")
        #expect(text(Array("220 write to <root@mx.example>".utf8), .smtp) == "220 write to <root@mx.example>")
        for kept in ["Mon, 23 Nov 2026", "Mon, a b c d e", "Mon, 23 Nov 2026 01:27 +0000"] {
            #expect(text(Array(kept.utf8)) == kept)
        }
    }

    @Test("are asked for by the name of the service, else by the port, else not asked for at all")
    func protocols() {
        let table: [(String?, UInt16, BannerProtocol)] = [
            ("ssh", 2222, .ssh), ("submission", 587, .smtp), ("www", 81, .http), ("redis", 22, .redis),
            (nil, 22, .ssh), (nil, 21, .ftp), (nil, 25, .smtp), (nil, 587, .smtp), (nil, 110, .pop3), (nil, 143, .imap),
            (nil, 3306, .mysql), (nil, 6379, .redis), (nil, 80, .http), (nil, 8080, .http), (nil, 8000, .http),
            (nil, 443, .generic), (nil, 2222, .generic), ("https", 443, .generic), ("https", 8080, .generic),
            ("my-own", 80, .http), ("my-own", 81, .generic),
        ]
        for (name, port, expected) in table { #expect(BannerProtocol(name: name, port: port) == expected) }
    }
}
