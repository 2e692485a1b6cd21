namespace Godwit.Engine.Reports;

/// <summary>How a page looks, on a screen and on paper (https://developer.mozilla.org/docs/Web/CSS/Guides/Paged_media).</summary>
internal static class ReportStyle
{
    /// <summary>A text without a space that is longer is a hash or a key: it may be broken anywhere, and a shorter one nowhere.</summary>
    private const int LongestWord = 24, LongestName = 48;

    private const string Sheet = """
        :root{--ink:#1d2327;--quiet:#5b666e;--line:#d5dadd;--shade:#f4f6f7;--accent:#17495a;--good:#1b6b3a;--careful:#8a5a00;--bad:#a3231f}
        *{box-sizing:border-box}
        body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;max-width:78rem;margin:2rem auto 4rem;padding:0 1.25rem;color:var(--ink);background:#fff}
        h1{font-size:1.75rem;line-height:1.2;margin:0 0 1rem;color:var(--accent);overflow-wrap:anywhere}
        h2{font-size:1.25rem;margin:2.25rem 0 .6rem;padding-bottom:.2rem;border-bottom:2px solid var(--accent);color:var(--accent)}
        h3{font-size:1.02rem;margin:1.4rem 0 .4rem;overflow-wrap:anywhere}
        p{margin:.5rem 0;max-width:62rem;overflow-wrap:anywhere}
        ul{margin:.4rem 0 .8rem;padding-left:1.2rem;max-width:62rem}
        table{border-collapse:collapse;margin:.6rem 0 1.3rem;min-width:46%;max-width:100%;font-size:.87rem;line-height:1.4}
        th,td{border-bottom:1px solid var(--line);padding:.3rem .55rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
        thead th{background:var(--shade);border-bottom:2px solid var(--line);font-weight:600;vertical-align:bottom;color:var(--quiet)}
        table.facts th{font-weight:500;color:var(--quiet);width:14rem;white-space:normal}
        th.n,td.n{text-align:right}.facts td.n{text-align:left}td.w{white-space:nowrap}
        td.n{white-space:nowrap;font-variant-numeric:tabular-nums}
        td.t{white-space:nowrap;font-variant-numeric:tabular-nums}
        td:last-child{overflow-wrap:anywhere;min-width:9rem}
        td.h{font:.8rem/1.45 ui-monospace,"SF Mono",Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere;min-width:8.5rem}
        td.good,td.careful,td.bad{font-weight:600}
        td.good{color:var(--good)}td.careful{color:var(--careful)}td.bad{color:var(--bad)}
        tr.write td{height:2.6rem}table:has(tr.write){width:100%}
        td ul{margin:0;padding-left:1rem}
        table.facts{width:100%}table.matrix{table-layout:fixed;width:100%}
        table.matrix th:first-child{width:19%}table.matrix th:nth-child(2){width:34%}
        table.matrix td:first-child{font-weight:600}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:1rem 0 1.4rem}
        .figures div{background:var(--shade);border-left:4px solid var(--line);padding:.5rem .75rem}
        .figures dt{font-size:.78rem;color:var(--quiet)}
        .figures dd{margin:0;font-size:1.1rem;font-weight:600;overflow-wrap:anywhere}
        .figures .good{border-color:var(--good)}.figures .careful{border-color:var(--careful)}.figures .bad{border-color:var(--bad)}
        .figures .good dd{color:var(--good)}.figures .careful dd{color:var(--careful)}.figures .bad dd{color:var(--bad)}
        .caution{max-width:none;border-left:4px solid var(--careful);background:#fdf6e6;padding:.5rem .8rem}
        .blank{border:1.5px dashed #8d989f;padding:.3rem .8rem 4.2rem;margin:.6rem 0 1rem;break-inside:avoid}
        .blank p{color:var(--quiet);font-size:.85rem}.blank strong{display:block;color:var(--ink);font-size:.95rem}
        nav{background:var(--shade);padding:.6rem 1rem;margin:1rem 0 1.5rem}
        nav ol{columns:16rem;margin:0;padding-left:1.6rem;font-size:.9rem}
        code{font:.9em ui-monospace,Consolas,"Liberation Mono",monospace}
        a{color:var(--accent)}
        pre{background:var(--shade);padding:.6rem;font-size:.8rem;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:2}
        summary{cursor:pointer;margin:.5rem 0;overflow-wrap:anywhere}
        @media print{
        body{font-size:9.5pt;max-width:none;margin:0;padding:0}
        h1{font-size:17pt}h2{font-size:12.5pt;margin-top:1.1rem}h3{font-size:10pt;margin-top:.8rem}
        table{font-size:7.6pt}thead{display:table-header-group}tr,.figures div,.caution{break-inside:avoid}
        h2,h3,summary{break-after:avoid}th,td{padding:.16rem .3rem}td.h{font-size:6.4pt;min-width:5.2rem}
        p,ul{orphans:3;widows:3;max-width:none}nav ol{columns:3}a{color:inherit;text-decoration:none}
        .figures{grid-template-columns:repeat(4,1fr)}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        }
        """;

    private static readonly HashSet<string> s_good = new(StringComparer.Ordinal)
    { "Pass", "Verified", "Finished", "Complete", "Sent", "Good", "as journalled", "as signed", "holds", "kept", "done", "shown", "yes" };

    private static readonly HashSet<string> s_careful = new(StringComparer.Ordinal) { "Inconclusive", "NoData", "Waiting", "Undone", "Undoing", "Unknown", "Paused", "done before", "not yet", "not shown", "RolledBack", "undone", "not known" };

    private static readonly HashSet<string> s_bad = new(StringComparer.Ordinal) { "Fail", "Failed", "Broken", "GivenUp", "Aborted", "not in the journal", "CHANGED since it was journalled" };

    private const string Small = ";font:7pt sans-serif;color:#5b666e}";

    public static string Of(Report report) =>
        $"{Sheet}\n@page{{size:A4{(report.IsWide ? " landscape" : "")};margin:14mm 12mm 16mm;@bottom-left{{content:\"{Foot(report.Foot)}\"{Small}@bottom-right{{content:counter(page) \" / \" counter(pages){Small}}}";

    /// <summary>How a cell looks, by what it says; null like any other.</summary>
    public static string? ClassOf(string value)
    {
        if (value.Length == 0) return null;
        if (s_good.Contains(value)) return "good";
        if (s_careful.Contains(value)) return "careful";
        if (s_bad.Contains(value)) return "bad";
        if (value.All(c => char.IsAsciiDigit(c) || c is ',' or '.') || (value.EndsWith(" s", StringComparison.Ordinal) && value[..^2].All(c => char.IsAsciiDigit(c) || c is ',' or '.'))) return "n";
        if (value.Length is 20 or 24 && value[4] == '-' && value[10] == ' ' && value[^1] == 'Z') return "t";
        return value.Contains(' ', StringComparison.Ordinal) ? null : value.Length <= LongestWord ? "w" : value.Length <= LongestName && value.Contains('.', StringComparison.Ordinal) ? null : "h";
    }

    private static string Foot(string text) => string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or ',' or '.'));
}
