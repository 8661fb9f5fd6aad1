import PortCore

/// The banners of one host as the store keeps them: a line a port, ascending.
enum BannerFormat {
    /// `22 ssh SSH-2.0-OpenSSH_9.2p1`, each with its line feed.
    static func lines(_ banners: HostBanners) -> String {
        banners.sorted { $0.key < $1.key }.reduce(into: "") { text, entry in
            text += "\(entry.key) \(entry.value.protocol.rawValue) \(entry.value.text)\n"
        }
    }

    /// Reads what `lines` writes; `nil` for anything else.
    static func read(_ lines: String) -> HostBanners? {
        var banners: HostBanners = [:]
        // By bytes: a space and a combining mark after it are one character.
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
                .map { Substring($0) }
            guard parts.count == 3, let port = UInt16(parts[0]), port > 0,
                let spoken = BannerProtocol(rawValue: String(parts[1])),
                let banner = Banner(spoken, text: String(parts[2]))
            else { return nil }
            banners[port] = banner
        }
        return !banners.isEmpty && self.lines(banners).hasBytes(of: lines) ? banners : nil
    }
}
