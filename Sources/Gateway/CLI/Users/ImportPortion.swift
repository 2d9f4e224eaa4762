/// How many lines a transaction takes: fewer after a trouble, and soon as many as before once that has passed.
///
/// A store that is too far away for more is asked for more ever more rarely, for each time costs what it takes to fail.
struct ImportPortion {
    private let most: Int
    private(set) var count: Int
    /// After how many whole portions in a row twice as many are tried.
    private var patience = 1
    private var successes = 0
    /// Whether it was never so great since the last trouble.
    private var isTrial = false

    /// Begins with as many as it can be.
    init(most: Int) { (self.most, count) = (most, most) }

    /// Learns that so many were taken; fewer than a whole portion tell nothing.
    mutating func succeed(with size: Int) {
        guard size >= count else { return }
        if isTrial { (isTrial, patience, successes) = (false, 1, 0) }
        guard count < most else { return }
        successes += 1
        guard successes >= patience else { return }
        (count, isTrial, successes) = (min(count * 2, most), true, 0)
    }

    /// Learns that so many were too many.
    mutating func fail(with size: Int) {
        if isTrial { patience = min(patience * 2, Self.mostPatience) }
        (count, isTrial, successes) = (max(size / 2, 1), false, 0)
    }

    private static let mostPatience = 64
}
