/// The style of every page: readable on a phone, and dark where the reader's system is.
enum PageStyle {
    /// The style sheet.
    static let text = """
        :root{color-scheme:light dark;--text:#1b1b1f;--soft:#5b5b66;--page:#f6f6f8;--card:#fff;--line:#dcdce3;\
        --code:#f0f0f4;--link:#1f4fd8;--get:#0b6e4f;--post:#1f4fd8;--patch:#8a5a00;--delete:#b00020;--any:#5a3fb0}
        @media(prefers-color-scheme:dark){:root{--text:#e6e6ea;--soft:#a3a3ae;--page:#131316;--card:#1c1c21;\
        --line:#34343c;--code:#26262d;--link:#8fb0ff;--get:#5fd3a6;--post:#8fb0ff;--patch:#f0b95a;--delete:#ff8a9a;\
        --any:#bba6ff}}
        *{box-sizing:border-box}
        html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
        body{font:1rem/1.55 system-ui,sans-serif;margin:0;color:var(--text);background:var(--page)}
        main{max-width:52rem;margin:0 auto;padding:2rem 1rem 4rem}
        h1{font-size:1.75rem;line-height:1.25;margin:0 0 .5rem}
        h2{font-size:1.25rem;margin:3rem 0 1rem}
        h3{font-size:1rem;margin:0;display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline}
        h3 a{color:inherit;text-decoration:none;overflow-wrap:anywhere}
        h4{font-size:.8125rem;margin:1.5rem 0 .5rem;color:var(--soft);text-transform:uppercase;letter-spacing:.04em}
        p{margin:.5rem 0}
        a{color:var(--link)}
        code,pre{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        p code,td code,li code{background:var(--code);border-radius:.25rem;padding:.0625rem .25rem;\
        overflow-wrap:anywhere}
        article>:first-child,.card>:first-child{margin-top:0}
        pre{background:var(--code);border-radius:.5rem;padding:.75rem 1rem;margin:.5rem 0;overflow-x:auto}
        article,.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem 1.5rem;\
        margin:1rem 0}
        .soft{color:var(--soft)}
        .method{font:600 .8125rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;border:1px solid;\
        border-radius:.375rem;padding:.125rem .5rem}
        .get{color:var(--get)}.post{color:var(--post)}.patch,.put{color:var(--patch)}.delete{color:var(--delete)}\
        .any{color:var(--any)}
        table{border-collapse:collapse;width:100%}
        td,th{text-align:left;vertical-align:top;padding:.5rem 1rem .5rem 0;border-top:1px solid var(--line)}
        tr:first-child td{border-top:0}
        td:last-child{padding-right:0;width:100%}
        td:first-child{white-space:nowrap}
        .index{list-style:none;padding:0;margin:0;columns:18rem;column-gap:2rem}
        .index li{padding:.125rem 0;break-inside:avoid}
        .index code{background:none;padding:0}
        .index .method{border:0;padding:0;display:inline-block;min-width:4.5rem}
        .codes{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:.5rem 0}
        .codes a{display:block;border:1px solid var(--line);border-radius:1rem;padding:.125rem .75rem;\
        text-decoration:none;font-size:.875rem}
        .codes span{color:var(--soft)}
        .narrow{max-width:36rem;padding-top:12vh}
        .narrow h2{font-size:1rem;margin:1.5rem 0 .25rem}
        .form{max-width:24rem;padding-top:12vh}
        .form h1,.narrow h1{font-size:1.375rem}
        label,input,button{display:block;width:100%;font:inherit}
        input{margin:.25rem 0 1rem;padding:.5rem;border:1px solid var(--soft);border-radius:.375rem;\
        background:var(--page);color:inherit}
        button{padding:.5rem;border:0;border-radius:.375rem;background:#1f4fd8;color:#fff}
        [role=alert]{color:var(--delete)}
        @media(max-width:40rem){article,.card{padding:1rem}td{display:block;border:0;padding:0;width:auto}\
        tr{display:block;padding:.5rem 0;border-top:1px solid var(--line)}tr:first-child{border-top:0}}
        """
}
