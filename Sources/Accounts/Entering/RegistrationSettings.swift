public import GatewayKit

/// Who may make an account (`registration`).
public struct RegistrationSettings: Hashable, Sendable {
    /// Whether anybody may.
    public var isOpen: Bool

    /// States the part.
    public init(isOpen: Bool) { self.isOpen = isOpen }

    /// How the section is read.
    public static let settings = Settings<RegistrationSettings>.object(
        "Who may make an account.",
        Field("open", .boolean, default: true, "Whether anybody may register; else accounts come from operators alone.")
    ) { RegistrationSettings(isOpen: $0) }
}
