public import HTTPTypes

extension HTTPField.Name {
    /// `X-Request-ID`.
    public static let requestID = Self(constant: "X-Request-ID")
    /// `X-Forwarded-For`.
    public static let forwardedFor = Self(constant: "X-Forwarded-For")

    /// A name that stands in the program; one that cannot be a field's name is a mistake there.
    public init(constant name: StaticString) {
        guard let known = Self(name.description) else { preconditionFailure("not a field name: \(name)") }
        self = known
    }
}
