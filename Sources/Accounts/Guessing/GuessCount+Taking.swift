import GatewayKit

/// The state of one key's guesses, as a pure machine: so many in a window, then a wait that doubles with every strike
/// up to a bound, then so many again.
extension GuessCount {
    /// Whether a guess may be made.
    enum Verdict: Equatable {
        /// It may.
        case mayGuess
        /// It may, and it is the last for that long.
        case lastGuess(thenWait: Duration)
        /// It may not before that long.
        case mustWait(Duration)
    }

    /// A key at which nobody has guessed.
    static func fresh(_ key: String, at moment: Timestamp) -> Self {
        GuessCount(key: key, count: 0, windowStart: moment, keepUntil: moment)
    }

    /// Takes a guess. A refused one changes nothing, so that a wait always ends.
    mutating func take(at moment: Timestamp, within limits: LoginSettings.Guesses) -> Verdict {
        if let blockedUntil, moment < blockedUntil { return .mustWait(blockedUntil - moment) }
        if keepUntil < moment { strikes = 0 }
        if blockedUntil != nil || windowStart + limits.perAccount.period <= moment {
            blockedUntil = nil
            count = 0
            windowStart = moment
        }
        count += 1
        guard count >= limits.perAccount.count else {
            keepUntil = max(keepUntil, windowStart + limits.perAccount.period)
            return .mayGuess
        }
        let wait = Self.wait(afterStrikes: strikes, limits)
        strikes += 1
        blockedUntil = moment + wait
        keepUntil = moment + wait + limits.backOffUpTo
        return .lastGuess(thenWait: wait)
    }

    /// Gives back a guess that was never tried.
    mutating func giveBack() {
        guard count > 0 else { return }
        count -= 1
        guard blockedUntil != nil else { return }
        blockedUntil = nil
        strikes = max(0, strikes - 1)
    }

    private static func wait(afterStrikes strikes: Int, _ limits: LoginSettings.Guesses) -> Duration {
        let doublings = min(strikes, 30)
        return min(limits.perAccount.period * (1 << doublings), limits.backOffUpTo)
    }
}
