public import GatewayKit

/// How logins are guarded (`login`).
public struct LoginSettings: Hashable, Sendable {
    /// How many guesses at one account are allowed, and how long a wait can grow.
    public struct Guesses: Hashable, Sendable {
        /// How many guesses in which time.
        public var perAccount: RateLimit
        /// The longest wait after too many, at least the time of `perAccount`.
        public var backOffUpTo: Duration

        /// States both.
        public init(perAccount: RateLimit, backOffUpTo: Duration) {
            self.perAccount = perAccount
            self.backOffUpTo = backOffUpTo
        }
    }

    /// How guesses are counted.
    public var guesses: Guesses

    /// States the part.
    public init(guesses: Guesses) { self.guesses = guesses }

    /// How the section is read.
    public static let settings = Settings<LoginSettings>.object(
        "How logins are guarded.",
        Field("guesses", guessSettings, default: [:], "How guesses at one account are counted, in the store.")
    ) { LoginSettings(guesses: $0) }

    private static let guessSettings = Settings<Guesses>.object(
        "How guesses at one account are counted.",
        Field(
            "per_account", .rateLimit, default: "10 per 15m",
            "How many passwords may be tried at one account, however it is named."),
        Field(
            "back_off_up_to", .duration(.seconds(1) ... .seconds(86_400)), default: "1h",
            "The longest wait after too many guesses; the first is the time of per_account, and each next one doubles.")
    ) { Guesses(perAccount: $0, backOffUpTo: $1) }
    .checked("back_off_up_to must not be shorter than the time of per_account") {
        $0.backOffUpTo >= $0.perAccount.period
    }
}
