/// How often someone has guessed at one account lately, by a key that is the account's id or, for a name that does not
/// exist, the name's hash.
public struct GuessCount: Hashable, Sendable {
    /// Whom the count concerns.
    public var key: String
    /// Guesses since the window began.
    public var count: Int
    /// When the window began.
    public var windowStart: Timestamp
    /// Until when every further guess is refused, if any.
    public var blockedUntil: Timestamp?
    /// How many times in a row the limit was met; the back-off grows with it.
    public var strikes: Int
    /// When the row means nothing any more and may go.
    public var keepUntil: Timestamp

    /// States every part.
    public init(
        key: String, count: Int, windowStart: Timestamp, blockedUntil: Timestamp? = nil, strikes: Int = 0,
        keepUntil: Timestamp
    ) {
        self.key = key
        self.count = count
        self.windowStart = windowStart
        self.blockedUntil = blockedUntil
        self.strikes = strikes
        self.keepUntil = keepUntil
    }
}
