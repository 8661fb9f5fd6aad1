import Testing

@testable import PortCore

@Suite("Names of files keep their bytes")
struct FileNameTests {
    @Test("any bytes come back as they were, and two names are never one")
    func roundTrip() {
        var random = SplitMix64(seed: 11)
        let alphabet: [UInt8] = [
            0x61, 0x2F, 0x80, 0xBF, 0xC3, 0xA9, 0xE2, 0xF4, 0x8F, 0xBA, 0xBB, 0xFE, 0xFF, 0xED, 0xA0,
        ]
        var names: [String: [UInt8]] = [:]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let name = FileName.text(bytes)
            #expect(FileName.bytes(name) == bytes)
            #expect(name.onDisk == bytes.map(CChar.init(bitPattern:)) + [0])
            #expect(FileName.isText(name) == (String(validating: bytes, as: UTF8.self).map(FileName.isText) ?? false))
            #expect(names.updateValue(bytes, forKey: name).map { $0 == bytes } ?? true)
        }
    }

    @Test("text is itself, also with the scalars that stand for bytes")
    func text() {
        for text in ["", "/var/lib/x.db", "é", "日本", "\u{FFFD}"] { #expect(FileName.text(text.utf8) == text) }
        let taken = "\u{10FE80}\u{10FEFF}"
        #expect(FileName.text(taken.utf8) != taken)
        #expect(FileName.bytes(FileName.text(taken.utf8)) == Array(taken.utf8))
    }

    @Test("the folder of a path is what stands before its last slash")
    func folder() {
        #expect(["x", "a/x", "/x", "/a/b/x"].map(FileName.folder) == [".", "a/", "/", "/a/b/"])
    }
}
