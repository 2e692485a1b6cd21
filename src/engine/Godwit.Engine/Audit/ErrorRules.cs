using System.Text.RegularExpressions;

namespace Godwit.Engine.Audit;

/// <summary>What the bodies of errors give away: of stacks and products, never quoted.</summary>
internal static partial class ErrorRules
{
    private static readonly (string Name, Func<string, bool> IsIn)[] s_leaks =
    [
        ("a stack trace", b => Stack().IsMatch(b)),
        ("a path of a file", b => File().IsMatch(b)),
        ("a query or an error of a database", b => Database().IsMatch(b)),
        ("a product and its version", b => Product().IsMatch(b)),
        ("a page for developers", b => Developers().IsMatch(b)),
    ];

    public static AuditAnswer Look(IReadOnlyList<ServiceAnswer> errors) =>
        ServiceChecks.ErrorLeak.Found([.. errors.SelectMany(e => s_leaks.Where(l => l.IsIn(e.Body)).Select(l => $"{e.What}: {l.Name}"))]);

    [GeneratedRegex(@"^\s+at [\w.$<>`+\[\],]+\(|Traceback \(most recent call last\)|^\s+File ""[^""]+"", line \d+|\bat [\w.$/<>]+ \([^)]*:\d+:\d+\)|Exception in thread|goroutine \d+ \[|(^|\W)[A-Z]\w+(\.\w+)+Exception\b|#\d+ /\S+\.php", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Stack();

    [GeneratedRegex(@"(^|[\s""'(])(/(usr|var|home|opt|app|srv|root|src|etc)/[\w.-]+/[\w./-]+|[A-Z]:\\[\w .-]+\\)", RegexOptions.ExplicitCapture)]
    private static partial Regex File();

    [GeneratedRegex(@"SQLSTATE|syntax error at or near|ORA-\d{5}|\bSQLITE_[A-Z]+|PG::\w+|psycopg2?\.|Npgsql\.|\bSELECT\s.{1,200}\sFROM\s", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Database();

    [GeneratedRegex(@"\b(nginx|Apache|Tomcat|Jetty|IIS|Express|Werkzeug|Django|Rails|Laravel|PHP|Kestrel|gunicorn|OpenSSL|ASP\.NET)[ /-]v?\d+(\.\d+)+", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Product();

    [GeneratedRegex(@"DEBUG\s*=\s*True|Whitelabel Error Page|Werkzeug Debugger|An unhandled exception occurred while processing the request|Whoops, looks like something went wrong", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Developers();
}
