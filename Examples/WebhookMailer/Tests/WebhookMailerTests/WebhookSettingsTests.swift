import GatewayKit
import GatewayTestKit
import Testing

@testable import WebhookMailer

@Suite struct WebhookSettingsTests {
    @Test(arguments: try BrokenFile.all(in: folder))
    func `a broken file is met by the problems that it announces`(file: BrokenFile) {
        file.verify(section: "mail", of: .mail, among: .webhookMailer)
    }

    @Test func `every default is a value that its own setting takes`() {
        #expect(ModuleSet.webhookMailer.problemsOfDefaults == [])
    }

    @Test func `a request is signed as Standard Webhooks says in its own example`() throws {
        let key = try WebhookKey(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let body = Array(#"{"test": 2432232314}"#.utf8)
        #expect(
            key.signature(of: body, id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: "1614265330")
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    private static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/BrokenFiles"
}
