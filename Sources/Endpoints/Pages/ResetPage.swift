import GatewayHTTP
import Hummingbird

/// The pages that a mailed link for a new password shows in a browser.
enum ResetPage {
    /// The form; the same for every token, with a complaint about the last try where there was one.
    static func form(complaint: String? = nil) -> Response {
        let said = complaint.map { "<p role=\"alert\">The password \(Page.escaped($0)).</p>" } ?? ""
        let form = """
            \(said)<form method="post">
            <label for="new_password">New password</label>
            <input id="new_password" name="new_password" type="password" autocomplete="new-password" maxlength="4096" \
            required>
            <button>Set password</button>
            </form>
            """
        return LinkPage.page(GatewayRoutes.form, "Set a new password", form)
    }

    static func done() -> Response {
        LinkPage.done(
            "Your password has been changed", "Log in with the new one. All your sessions have ended.",
            by: GatewayRoutes.passwordResetPage)
    }

    /// A refusal as a page: what was wrong with the password stands above the form, for another try.
    static func refusal(_ problem: Problem) -> Response {
        guard let fault = problem.errors.first else { return LinkPage.refusal(problem) }
        return LinkPage.refusal(problem, on: form(complaint: fault.detail))
    }
}
