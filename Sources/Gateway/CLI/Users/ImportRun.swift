import GatewayAccounts
import GatewayKit

/// One run over the lines of a file: reads, takes over batch by batch, and counts.
struct ImportRun {
    /// As many as a transaction takes at most: few enough that a running server's logins need not wait long for it.
    static let batchSize = 500
    /// How much text of problems waits for the lines before them at most; one line alone may have more.
    static let mostHeldText = 1 << 20

    let accountImport: AccountImport
    let ignored: Set<String>
    /// With which the ids of other issuers' users begin.
    let foreignPrefixes: [String]
    /// How many refused lines are told, the others being counted; nil for all.
    let mostTold: Int?
    /// Where problems are told.
    let tell: (String) -> Void

    private(set) var lines = 0
    private(set) var imported = 0
    private(set) var alreadyThere = 0
    private(set) var refused = 0
    private var rehearsal: ImportRehearsal?
    private var portion = ImportPortion(most: Self.batchSize)
    private var batch: [(line: Int, account: ImportedAccount)] = []
    /// What is wrong since the last batch, so that problems are told in the order of their lines.
    private var problems: [(line: Int, sentence: String)] = []
    private var heldText = 0

    init(
        accountImport: AccountImport, isRehearsal: Bool = false, ignored: Set<String> = [],
        foreignPrefixes: [String] = [], mostTold: Int? = nil, tell: @escaping (String) -> Void
    ) {
        self.accountImport = accountImport
        rehearsal = isRehearsal ? accountImport.rehearsal() : nil
        self.ignored = ignored
        self.foreignPrefixes = foreignPrefixes
        self.mostTold = mostTold
        self.tell = tell
    }

    /// What became of all lines.
    var summary: String {
        "\(imported) \(rehearsal != nil ? "would be imported" : "imported"), "
            + "\(alreadyThere) already there, \(refused) refused"
    }

    /// Takes everything over that an input holds, whose pieces `next` reads; throws ``Failure`` when the input or the
    /// store gives out, and tells before what became of the lines until then.
    mutating func take(_ next: () throws(Failure) -> [UInt8]?) async throws(Failure) {
        var reader = InputLines(limit: AccountLine.limit)
        while let piece = try await read(next) {
            for line in reader.take(piece[...]) { try await take(line) }
        }
        if let last = reader.end() { try await take(last) }
        try await takeBatch()
    }

    private mutating func read(_ next: () throws(Failure) -> [UInt8]?) async throws(Failure) -> [UInt8]? {
        do { return try next() } catch {
            guard lines > 0 else { throw error }
            try await takeBatch()
            tell("before line \(lines + 1): \(summary)")
            throw error
        }
    }

    private mutating func take(_ line: InputLines.Line) async throws(Failure) {
        lines += 1
        read(line)
        if batch.count + problems.count >= Self.batchSize || heldText > Self.mostHeldText { try await takeBatch() }
    }

    private mutating func read(_ line: InputLines.Line) {
        guard case .whole(var bytes) = line else {
            complain("is longer than \(AccountLine.limit) bytes", at: lines)
            return
        }
        // What some editors and shells put before a text of UTF-8.
        if lines == 1, bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
        guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return }
        let read = AccountLine(
            bytes, ignoring: ignored, foreignPrefixes: foreignPrefixes, adopt: accountImport.adopted)
        guard let account = read.account else {
            complain(read.problems.joined(separator: "; "), at: lines)
            return
        }
        batch.append((lines, account))
    }

    private mutating func takeBatch() async throws(Failure) {
        var settled = 0
        // In the end line by line, so that whatever is wrong is told with its line.
        var share = portion.count
        while settled < batch.count {
            let next = batch[settled...].prefix(share)
            do throws(AccountsError) {
                for (row, outcome) in zip(next, try await take(next.map(\.account))) { count(outcome, of: row) }
            } catch {
                guard next.count > 1, error.mayPassWithFewer else {
                    throw failure(error, at: next.first?.line ?? lines)
                }
                share = next.count / 2
                // A store that is too far away for so many may be so for a while; the few that are left of a batch do
                // not tell what it has time for.
                if case .unavailable = error, settled == 0 || next.count == portion.count {
                    portion.fail(with: next.count)
                }
                continue
            }
            settled += next.count
            portion.succeed(with: next.count)
            share = min(share * 2, portion.count)
        }
        tellProblems()
        batch.removeAll(keepingCapacity: true)
        problems.removeAll(keepingCapacity: true)
        heldText = 0
    }

    private mutating func count(_ outcome: AccountImport.Outcome, of row: (line: Int, account: ImportedAccount)) {
        switch outcome {
        case .imported: imported += 1
        case .alreadyThere: alreadyThere += 1
        case .conflicts(let conflict): complain(conflict.sentence(about: row.account), at: row.line)
        }
    }

    private mutating func tellProblems(before end: Int = .max) {
        for problem in problems.sorted(by: { $0.line < $1.line }) where problem.line < end {
            say(problem.sentence, of: problem.line)
        }
    }

    /// What ends the run at a line, once it is told what became of those before it.
    private mutating func failure(_ error: AccountsError, at line: Int) -> Failure {
        tellProblems(before: line)
        tell("before line \(line): \(summary)")
        return Failure(
            "line \(line) and behind it: \(error.reason)\nrun the import again: what is there is passed over")
    }

    private mutating func take(
        _ accounts: [ImportedAccount]
    ) async throws(AccountsError) -> [AccountImport.Outcome] {
        if let outcomes = try await rehearsal?.take(accounts) { return outcomes }
        return try await accountImport.take(accounts, by: .commandLine)
    }

    private mutating func complain(_ sentence: String, at line: Int) {
        problems.append((line, sentence))
        heldText += sentence.utf8.count
    }

    private mutating func say(_ sentence: String, of line: Int) {
        refused += 1
        if refused <= mostTold ?? .max {
            tell("line \(line): \(sentence)")
        } else if refused - 1 == mostTold {
            tell("further lines are refused, and only counted")
        }
    }
}

extension AccountImport.Conflict {
    /// What an operator can mend it by.
    fileprivate func sentence(about account: ImportedAccount) -> String {
        switch self {
        case .username: "the user name '\(account.username.text)' belongs to another account, or did"
        case .email: "the address '\(account.email.text)' belongs to another account"
        case .id: "the id belongs to an account of another name and another address"
        case .formerID: "the id belonged to an account that was deleted"
        }
    }
}

extension AccountsError {
    /// Whether a part of what was to be stored may be stored: nothing is, that is known.
    fileprivate var mayPassWithFewer: Bool {
        switch self {
        case .unavailable, .broken: true
        case .busy, .outcomeUnknown: false
        }
    }

    /// What is broken or out of reach.
    fileprivate var reason: String {
        switch self {
        case .busy: "the gateway is busy"
        case .unavailable(let cause): "the store is out of reach: \(cause)"
        case .outcomeUnknown(let cause): "nobody can tell whether it was stored: \(cause)"
        case .broken(let cause): "\(cause)"
        }
    }
}
