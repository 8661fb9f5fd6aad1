/// Something was recorded or made, and only the output could not be written: doing it again would do it twice.
struct UntoldError: Error, CustomStringConvertible {
    /// A sentence without its stop: `Run 17 of web-tier was recorded`.
    let done: String
    let error: Output.WriteError

    var description: String { "\(done), but that could not be told. \(error) Do not run it again for that." }
}
