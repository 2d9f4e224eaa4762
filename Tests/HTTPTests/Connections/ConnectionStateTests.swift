import GatewayKit
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite struct ConnectionStateTests {
    @Test func `silence ends a connection after the idle time`() {
        let state = Connection()
        #expect(state.timePassed(at: .at(74)) == .nothing)
        #expect(state.timePassed(at: .at(75)) == .close)
    }

    @Test func `a connection whose requests are answered at once is not silent, and is idle between them`() {
        let state = Connection()
        for second in stride(from: UInt64(0), to: 700, by: 70) {
            #expect(state.isIdle)
            state.answeredAtOnce(at: .at(second))
            #expect(state.timePassed(at: .at(second + 74)) == .nothing)
        }
        #expect(state.timePassed(at: .at(630 + 75)) == .close)
    }

    @Test func `nothing is answered at once behind what is unanswered, being read, refused or draining`() {
        let reading = Connection()
        _ = reading.receivedBytes(at: .at(0))
        #expect(!reading.isIdle)
        let asking = Connection()
        asking.begin(at: .at(0))
        asking.receivedEnd(at: .at(0))
        #expect(!asking.isIdle)
        _ = asking.answerBegins(isBodyTooLong: false)
        #expect(!asking.isIdle)
        _ = asking.answerEnds(at: .at(1))
        #expect(asking.isIdle)
        asking.drain(at: .at(2))
        #expect(!asking.isIdle)
        let refused = Connection()
        _ = refused.readingFailed(.headerTooLarge, at: .at(0))
        #expect(!refused.isIdle)
    }

    @Test func `a header's time begins with its first byte, and trickling buys no more`() {
        let state = Connection()
        #expect(state.receivedBytes(at: .at(60)))
        #expect(!state.receivedBytes(at: .at(69)))
        #expect(state.timePassed(at: .at(69)) == .nothing)
        #expect(state.timePassed(at: .at(70)) == .refuse(.requestTimeout))
        state.sent(at: .at(70))
        #expect(state.timePassed(at: .at(71)) == .nothing)
        #expect(state.timePassed(at: .at(72)) == .close)
    }

    @Test func `a body's time begins behind its header, and its reader is told`() {
        let state = Connection()
        state.begin(at: .at(1))
        #expect(state.timePassed(at: .at(20)) == .nothing)
        #expect(state.timePassed(at: .at(21)) == .fail(.requestTimeout))
        #expect(state.answerBegins(isBodyTooLong: false) == "close")
        #expect(state.answerEnds(at: .at(21)) == .finish)
        state.sent(at: .at(21))
        #expect(state.timePassed(at: .at(23)) == .close)
    }

    @Test func `a request without an answer in time is refused, and its own answer comes too late`() {
        let state = Connection()
        state.begin(at: .at(1))
        state.receivedEnd(at: .at(1))
        #expect(state.timePassed(at: .at(30)) == .nothing)
        #expect(state.timePassed(at: .at(31)) == .refuse(.unavailable))
        #expect(state.isClosing)
    }

    @Test func `an answer that nobody takes is cut off`() {
        let state = Connection()
        state.begin(at: .at(1))
        state.receivedEnd(at: .at(1))
        #expect(state.answerBegins(isBodyTooLong: false) == nil)
        #expect(state.timePassed(at: .at(31)) == .close)
    }

    @Test func `the last answer has the time of a request to be taken, and the connection ends soon after that`() {
        let slow = Connection()
        slow.begin(at: .at(1))
        slow.receivedEnd(at: .at(1))
        slow.drain(at: .at(1))
        _ = slow.answerBegins(isBodyTooLong: false)
        #expect(slow.answerEnds(at: .at(2)) == .finish)
        #expect(slow.timePassed(at: .at(31)) == .nothing)
        slow.sent(at: .at(31))
        #expect(slow.timePassed(at: .at(32)) == .nothing)
        #expect(slow.timePassed(at: .at(33)) == .close)
        let never = Connection()
        _ = never.receivedBytes(at: .at(1))
        #expect(never.readingFailed(.headerTooLarge, at: .at(1)) == .refuse(.headerTooLarge))
        #expect(never.timePassed(at: .at(30)) == .nothing)
        #expect(never.timePassed(at: .at(31)) == .close)
    }

    @Test func `a connection goes on behind an answer`() {
        let state = Connection()
        state.begin(at: .at(1))
        state.receivedEnd(at: .at(1))
        #expect(state.answerBegins(isBodyTooLong: false) == nil)
        #expect(state.answerEnds(at: .at(2)) == .nothing)
        #expect(state.timePassed(at: .at(76)) == .nothing)
        #expect(state.timePassed(at: .at(77)) == .close)
    }

    @Test func `what is no request is refused behind the answers of those before it`() {
        let state = Connection()
        state.begin(at: .at(1))
        state.receivedEnd(at: .at(1))
        _ = state.receivedBytes(at: .at(1))
        #expect(state.readingFailed(.headerTooLarge, at: .at(1)) == .nothing)
        #expect(state.readingFailed(.requestTimeout, at: .at(1)) == .nothing)
        #expect(state.answerBegins(isBodyTooLong: false) == nil)
        #expect(state.answerEnds(at: .at(2)) == .refuse(.headerTooLarge))
    }

    @Test func `an early answer gives up a body that is too long, and waits for another`() {
        let long = Connection()
        long.begin(at: .at(1))
        #expect(long.answerBegins(isBodyTooLong: true) == "close")
        #expect(long.isReadingOver)
        #expect(long.answerEnds(at: .at(1)) == .finish)
        let short = Connection()
        short.begin(at: .at(1))
        #expect(short.answerBegins(isBodyTooLong: false) == nil)
        #expect(short.answerEnds(at: .at(1)) == .nothing)
        #expect(short.timePassed(at: .at(21)) == .fail(.requestTimeout))
    }

    @Test func `a stopping listener says so in the next answer, and waits no longer than five seconds for a request`() {
        let busy = Connection()
        busy.begin(at: .at(1))
        busy.receivedEnd(at: .at(1))
        busy.drain(at: .at(2))
        #expect(busy.answerBegins(isBodyTooLong: false) == "close")
        #expect(busy.answerEnds(at: .at(2)) == .finish)
        let silent = Connection()
        silent.drain(at: .at(2))
        #expect(silent.timePassed(at: .at(6)) == .nothing)
        #expect(silent.timePassed(at: .at(7)) == .close)
    }

    @Test func `a stopping listener answers each request that was sent before its connection's end was stated`() {
        let state = Connection()
        for _ in 0..<2 {
            state.begin(at: .at(1))
            state.receivedEnd(at: .at(1))
        }
        _ = state.receivedBytes(at: .at(1))
        state.drain(at: .at(2))
        #expect(state.answerBegins(isBodyTooLong: false) == nil)
        #expect(state.answerEnds(at: .at(2)) == .nothing)
        #expect(state.answerBegins(isBodyTooLong: false) == nil, "the bytes of a third are there")
        #expect(state.answerEnds(at: .at(2)) == .nothing)
        state.begin(at: .at(2))
        state.receivedEnd(at: .at(2))
        #expect(state.answerBegins(isBodyTooLong: false) == "close")
    }

    @Test func `a client that has ended its side gets its answer, and one that asks nothing is let go`() {
        let asking = Connection()
        asking.begin(at: .at(1))
        asking.receivedEnd(at: .at(1))
        #expect(asking.inputClosed(at: .at(1)) == .nothing)
        #expect(asking.answerBegins(isBodyTooLong: false) == "close")
        #expect(asking.answerEnds(at: .at(2)) == .finish)
        let silent = Connection()
        #expect(silent.inputClosed(at: .at(1)) == .finish, "what it was answered may not be out yet")
        #expect(silent.inputClosed(at: .at(1)) == .nothing)
        silent.sent(at: .at(2))
        #expect(silent.timePassed(at: .at(4)) == .close)
    }

    @Test func `who answers ends a connection once, and not behind its last answer`() {
        let asking = Connection()
        asking.begin(at: .at(1))
        asking.receivedEnd(at: .at(1))
        asking.drain(at: .at(1))
        _ = asking.answerBegins(isBodyTooLong: false)
        #expect(asking.answerEnds(at: .at(2)) == .finish)
        #expect(asking.outputEnds(at: .at(2)) == .nothing)
        let silent = Connection()
        #expect(silent.outputEnds(at: .at(1)) == .finish)
        #expect(silent.isReadingOver)
    }

    @Test func `a refusal knows whether it answers HEAD`() {
        let late = Connection()
        late.begin(isHead: true, at: .at(1))
        late.receivedEnd(at: .at(1))
        late.begin(at: .at(1))
        #expect(late.timePassed(at: .at(31)) == .refuse(.unavailable, isHead: true))
        let bad = Connection()
        bad.begin(at: .at(1))
        bad.receivedEnd(at: .at(1))
        #expect(bad.readingFailed(.headerTooLarge, isHead: true, at: .at(1)) == .nothing)
        _ = bad.answerBegins(isBodyTooLong: false)
        #expect(bad.answerEnds(at: .at(2)) == .refuse(.headerTooLarge, isHead: true))
    }

    @Test func `no deadline that begins while a timer sleeps the shortest time is earlier than its end`() {
        let timeouts = ConnectionTimeouts(Listener.Limits())
        #expect(timeouts.shortest == .seconds(10))
        let state = Connection()
        _ = state.receivedBytes(at: .at(1))
        #expect(state.deadline >= .at(1) + timeouts.shortest)
        state.begin(at: .at(2))
        #expect(state.deadline >= .at(2) + timeouts.shortest)
    }
}

extension NIODeadline {
    fileprivate static func at(_ seconds: UInt64) -> Self { .uptimeNanoseconds(seconds * 1_000_000_000) }
}

/// A connection opened at the beginning of time, whose calls can stand in an expectation.
private final class Connection {
    private var state = ConnectionState(timeouts: ConnectionTimeouts(Listener.Limits()), at: .at(0))

    var isClosing: Bool { state.isClosing }
    var isIdle: Bool { state.isIdle }
    var isReadingOver: Bool { state.isReadingOver }
    var deadline: NIODeadline { state.deadline }

    func begin(isHead: Bool = false, at moment: NIODeadline) {
        _ = state.receivedBytes(isHead: false, at: moment)
        state.receivedHead(persists: true, isOld: false, isHead: isHead, at: moment)
    }
    func receivedBytes(at moment: NIODeadline) -> Bool { state.receivedBytes(isHead: false, at: moment) }
    func receivedEnd(at moment: NIODeadline) { state.receivedEnd(at: moment) }
    func readingFailed(
        _ problem: Problem, isHead: Bool = false, at moment: NIODeadline
    ) -> ConnectionState.Action { state.readingFailed(problem, isHead: isHead, at: moment) }
    func inputClosed(at moment: NIODeadline) -> ConnectionState.Action { state.inputClosed(at: moment) }
    func outputEnds(at moment: NIODeadline) -> ConnectionState.Action { state.outputEnds(at: moment) }
    func answerBegins(isBodyTooLong: Bool) -> String? { state.answerBegins(isBodyTooLong: isBodyTooLong) }
    func answerEnds(at moment: NIODeadline) -> ConnectionState.Action { state.answerEnds(at: moment) }
    func sent(at moment: NIODeadline) { state.sent(at: moment) }
    func answeredAtOnce(at moment: NIODeadline) { state.answeredAtOnce(at: moment) }
    func drain(at moment: NIODeadline) { state.drain(at: moment) }
    func timePassed(at moment: NIODeadline) -> ConnectionState.Action { state.timePassed(at: moment) }
}
