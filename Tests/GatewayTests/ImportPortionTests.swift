import Testing

@testable import Gateway

@Suite struct ImportPortionTests {
    @Test func `it is halved by each trouble and doubled by each success`() {
        var portion = ImportPortion(most: 500)
        var counts: [Int] = []
        for isTrouble in [true, true, true, false, false, false, false] {
            if isTrouble { portion.fail(with: portion.count) } else { portion.succeed(with: portion.count) }
            counts.append(portion.count)
        }
        #expect(counts == [250, 125, 62, 124, 248, 496, 500])
        for _ in 1...20 { portion.fail(with: portion.count) }
        #expect(portion.count == 1)
    }

    @Test func `fewer than a whole portion make it no greater`() {
        var portion = ImportPortion(most: 500)
        portion.fail(with: 500)
        for _ in 1...5 { portion.succeed(with: 249) }
        #expect(portion.count == 250)
        portion.succeed(with: 250)
        #expect(portion.count == 500)
    }

    @Test func `where more is always too much, more is tried ever more rarely, but is`() {
        var portion = ImportPortion(most: 500)
        #expect(troubles(1000, &portion, limit: 60) == 24)
        #expect(troubles(1000, &portion, limit: 60) == 15)
        // It has come nearer: soon all are taken at once.
        #expect(troubles(100, &portion, limit: 500) == 0)
        #expect(portion.count == 500)
    }

    /// How many of so many transactions fail where more than a limit are too many.
    private func troubles(_ transactions: Int, _ portion: inout ImportPortion, limit: Int) -> Int {
        var troubles = 0
        for _ in 0..<transactions {
            if portion.count <= limit {
                portion.succeed(with: portion.count)
            } else {
                troubles += 1
                portion.fail(with: portion.count)
            }
        }
        return troubles
    }
}
