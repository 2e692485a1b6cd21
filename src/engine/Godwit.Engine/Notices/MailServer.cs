using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>A mail server, with what is needed to send over it.</summary>
public sealed partial record MailServer(string Host, int Port, string From, string? User, string? Password, bool Tls)
{
    private const int Submission = 587, ImplicitTls = 465;

    /// <summary>The server of a plan, or why there is none. What came from outside is added to <paramref name="secrets"/>.</summary>
    public static (MailServer? Server, string? Fault) Find(RunbookPlan plan, IRunEnvironment environment, SecretValues secrets)
    {
        var mail = plan.Mail ?? [];
        var server = Value("server", MailShape.ServerVariable, out var variable);
        if (server is null) return (null, $"{variable} is not set, which says where the mail server is");
        if (FaultOf(server) is { } fault) return (null, fault);
        if (Value("from", MailShape.FromVariable, out variable) is not { } from) return (null, $"{variable} is not set, which says whom mail is from");
        if (!NoticeCheck.IsAddress(from)) return (null, "the address that mail is from is none");
        var user = Value("user", MailShape.UserVariable, out _);
        var password = Value("password", MailShape.PasswordVariable, out variable);
        if (user is not null && password is null) return (null, $"{variable} is not set, which is the mail server's password");
        if (password is not null) secrets.Add(password);
        var tls = mail.TextOrNull("tls") is not "none";
        if (!tls && user is not null) return (null, "the mail server is reached without TLS, and a password is not sent so");
        var match = Address().Match(server);
        return (new MailServer(match.Groups["host"].Value, match.Groups["port"] is { Success: true, Value: var port } ? int.Parse(port, CultureInfo.InvariantCulture) : Submission, from, user, password, tls), null);

        string? Value(string key, string otherwise, out string name)
        {
            var value = mail.MapOrNull(key) is { } written ? OutsideValue.Read(written) : new OutsideValue(null, otherwise, "");
            name = value.Variable ?? key;
            return value.Resolve(environment, new SecretValues())?.Trim() is { Length: > 0 } text ? text : null;
        }
    }

    /// <summary>Why a text names no mail server; null when it does.</summary>
    public static string? FaultOf(string text)
    {
        if (!Address().IsMatch(text)) return "The mail server is written host or host:port";
        return Address().Match(text).Groups["port"].Value == ImplicitTls.ToString(CultureInfo.InvariantCulture) ? "Port 465 expects TLS from the first byte, which is not spoken here: use 587, with STARTTLS" : null;
    }

    [GeneratedRegex(@"^(?<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)(?::(?<port>[1-9][0-9]{0,4}))?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
