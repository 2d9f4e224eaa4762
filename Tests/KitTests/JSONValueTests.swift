import GatewayKit
import Testing

@Suite struct JSONValueTests {
    @Test func `a document is read with its members in order`() throws {
        let text = #" {"b":[1,-2.50e+3,true,null],"a":{"text":"\u00e9\ud83d\ude00\n\/é"}} "#
        let value = try JSONValue(strictly: Array(text.utf8))
        #expect(
            value == [
                "b": [1, .number("-2.50e+3"), true, .null], "a": ["text": "\u{e9}\u{1f600}\n/é"],
            ])
        #expect(value["b"]?.array?.first?.integer == 1)
    }

    /// Hashing or comparing such names as texts would sort the marks, which takes hours for so many.
    @Test(.timeLimit(.minutes(5))) func `a name of a million combining marks is read as fast as any other`() throws {
        let name = String(repeating: "\u{345}\u{316}", count: 500_000)
        let value = try JSONValue(strictly: Array(#"{"a\#(name)":1,"b\#(name)":2,"c":3}"#.utf8))
        #expect(value["c"] == 3)
        #expect(value.object?.count == 3)
    }

    @Test func `names are told apart by their bytes`() throws {
        let value = try JSONValue(strictly: Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8))
        #expect(value["e\u{301}"] == 2)
    }

    @Test(arguments: [
        ("", "the text ends where a value should stand at byte 0"),
        ("{", "a member's name should stand here at byte 1"),
        (#"{"a":1,}"#, "a member's name should stand here at byte 7"),
        (#"{"a" 1}"#, "a colon should stand here at byte 5"),
        (#"{"a":1 "b":2}"#, "a comma or a closing bracket should stand here at byte 7"),
        (#"{"a":1,"\u0061":2}"#, "a name stands twice in an object at byte 15"),
        ("[1,]", "no value begins so at byte 3"),
        ("01", "something stands behind the value at byte 1"),
        ("1.", "a digit should stand here at byte 2"),
        ("1e", "a digit should stand here at byte 2"),
        ("-", "a digit should stand here at byte 1"),
        ("nul", "no value begins so at byte 0"),
        ("NaN", "no value begins so at byte 0"),
        ("{} {}", "something stands behind the value at byte 3"),
        ("\u{feff}{}", "no value begins so at byte 0"),
        ("\"a\nb\"", "a control character stands in a string at byte 2"),
        ("\"a", "the text ends inside a string at byte 2"),
        (#""\"#, "the text ends inside a string at byte 2"),
        (#""\x""#, "no escape is written so at byte 3"),
        (#""\u12""#, "no escape is written so at byte 5"),
        (#""\u0000""#, "a string holds NUL at byte 7"),
        (#""\ud800""#, "a surrogate stands alone at byte 7"),
        (#""\ud800\u0041""#, "a surrogate stands alone at byte 13"),
        (#""\udc00\ud800""#, "a surrogate stands alone at byte 7"),
    ]) func `what two readers could understand differently is refused`(text: String, reason: String) {
        let refusal = #expect(throws: JSONRefusal.self) { try JSONValue(strictly: Array(text.utf8)) }
        #expect(refusal?.description == reason)
    }

    @Test func `invalid UTF-8 is refused, overlong forms and surrogates too`() {
        for bytes: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]] {
            #expect(throws: JSONRefusal.self) { try JSONValue(strictly: [0x22] + bytes + [0x22]) }
        }
    }

    @Test func `nesting ends at the depth that was asked for`() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try JSONValue(strictly: Array(deep.utf8))
        #expect(throws: JSONRefusal.self) { try JSONValue(strictly: Array("[\(deep)]".utf8)) }
        let bomb = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONRefusal.self) { try JSONValue(strictly: Array(bomb.utf8)) }
    }

    @Test func `a number keeps its spelling, however great`() throws {
        let digits = String(repeating: "9", count: 1000)
        let value = try JSONValue(strictly: Array(digits.utf8))
        #expect(value == .number(digits))
        #expect(value.integer == nil)
        #expect(try JSONValue(strictly: Array("9007199254740993".utf8)).integer == 9_007_199_254_740_993)
    }

    @Test func `what is written can be read again`() throws {
        let value: JSONValue = ["text": "\"\\\n\u{1}é\u{1f600}", "list": [1, false, .null], "empty": [:]]
        #expect(
            String(decoding: value.encoded(), as: UTF8.self)
                == #"{"text":"\"\\\n\u0001é😀","list":[1,false,null],"empty":{}}"#)
        #expect(try JSONValue(strictly: value.encoded()) == value)
    }
}
