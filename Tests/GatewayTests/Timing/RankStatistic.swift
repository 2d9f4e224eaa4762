/// How well two samples can be told apart by size alone: the probability that one of the first is greater than one of
/// the second, ties counted half (Mann and Whitney's U over the number of pairs, the area under the ROC curve). At 0.5
/// nobody can.
func areaUnderCurve(_ first: [Duration], _ second: [Duration]) -> Double {
    let (first, second) = (first.sorted(), second.sorted())
    var (less, lessOrEqual, pairs) = (0, 0, 0)
    for value in first {
        while less < second.count, second[less] < value { less += 1 }
        while lessOrEqual < second.count, second[lessOrEqual] <= value { lessOrEqual += 1 }
        pairs += less + lessOrEqual
    }
    return Double(pairs) / 2 / Double(first.count * second.count)
}
