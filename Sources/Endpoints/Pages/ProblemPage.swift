import GatewayHTTP
import HTTPTypes

/// The page that a refusal's `type` leads to: what its code means, and what the caller can do.
enum ProblemPage {
    /// The page of a code; nil for one that is not in the catalogue.
    static func html(of code: String) -> String? {
        guard let kind = ProblemKind.all.first(where: { $0.code == code }), let told = kind.explanation else {
            return nil
        }
        let main = """
            <main class="narrow">
            <div class="card">
            <p class="soft"><code>\(kind.code)</code> · status \(kind.status.code)</p>
            <h1>\(Page.escaped(kind.title))</h1>
            <p>\(Page.escaped(told.meaning))</p>
            <h2>What you can do</h2>
            <p>\(Page.escaped(told.remedy))</p>
            </div>
            <p class="soft"><a href="../docs">The whole API</a></p>
            </main>
            """
        return Page.html(Page.escaped(kind.title), main)
    }
}
