/// A text, or none, that is equal to another if and only if their bytes are the same. Whatever is recorded is compared
/// so: `==` of `String` goes by canonical equivalence, in which texts of different digests are equal.
@propertyWrapper
public struct Bytewise<Text: OptionalText>: Hashable, Sendable {
    public var wrappedValue: Text

    @inlinable
    public init(wrappedValue: Text) { self.wrappedValue = wrappedValue }

    @inlinable
    public init(_ text: Text) { wrappedValue = text }

    @inlinable
    public static func == (left: Self, right: Self) -> Bool {
        switch (left.wrappedValue.optionalText, right.wrappedValue.optionalText) {
        case (let text?, let other?): text.hasBytes(of: other)
        case (nil, nil): true
        default: false
        }
    }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        guard var text = wrappedValue.optionalText else { return hasher.combine(false) }
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(true)
    }
}

/// `String` or `String?`.
public protocol OptionalText: Sendable {
    var optionalText: String? { get }
}

extension String: OptionalText {
    @inlinable public var optionalText: String? { self }
}

extension String?: OptionalText {
    @inlinable public var optionalText: String? { self }
}

extension StringProtocol {
    /// Whether both have the same bytes.
    @inlinable
    public func hasBytes(of other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
