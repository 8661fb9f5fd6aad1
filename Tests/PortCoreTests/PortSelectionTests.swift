import Testing

@testable import PortCore

@Suite("A selection of ports")
struct PortSelectionTests {
    @Test("keeps what was asked by number apart from what a service name stands for")
    func apart() throws {
        let selection = try Services.select(ports: ["22,2222", "https"], services: ["ssh,http-alt"])
        #expect(selection.explicit.text == "22,2222")
        #expect(selection.services.map(\.name) == ["https", "ssh", "http-alt"])
        #expect(selection.services.map(\.ports.text) == ["443", "22", "8008,8080"])
        #expect(selection.fromServices.text == "22,443,8008,8080")
        #expect(selection.all.text == "22,443,2222,8008,8080")
    }

    @Test("knows the first service that a port was asked by")
    func serviceOfPort() throws {
        let selection = try Services.select(ports: ["2222"], services: ["www,http"])
        #expect(selection.service(of: 80) == "www")
        #expect(selection.service(of: 2222) == nil)
        #expect(selection.service(of: 81) == nil)
    }

    @Test("names a service once, in the order asked")
    func onceInOrder() throws {
        let selection = try Services.select(ports: ["https,ssh"], services: ["ssh", "www,https"])
        #expect(selection.services.map(\.name) == ["https", "ssh", "www"])
    }

    @Test("reads the services table only when a name is met, and then once")
    func tableIsReadOnce() throws {
        var reads = 0
        let table: () throws(PortError) -> ServiceTable = { () throws(PortError) in
            reads += 1
            return try Services.table()
        }
        _ = try PortSelection(ports: ["22,80-90", "-"], services: [], table: table)
        #expect(reads == 0)
        _ = try PortSelection(ports: ["22,ssh"], services: ["https", "www"], table: table)
        #expect(reads == 1)
    }

    @Test("fails with the table when there is none to read")
    func missingTable() {
        let error = #expect(throws: PortError.self) {
            try PortSelection(ports: [], services: ["ssh"]) { () throws(PortError) in
                try ServiceTable(path: "/nonexistent/services")
            }
        }
        #expect(
            error?.description
                == "Cannot look up service names: /nonexistent/services: No such file or directory. Install the "
                + "system's services file (Debian: netbase), give --services-file FILE, or name the ports by number.")
    }
}
