using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Notices;

/// <summary>How notices are mailed, as a runbook says it.</summary>
public static class MailShape
{
    /// <summary>Those that are looked at where the runbook says nothing.</summary>
    public const string ServerVariable = "SMTP_SERVER", FromVariable = "SMTP_FROM", UserVariable = "SMTP_USER", PasswordVariable = "SMTP_PASSWORD";

    private static readonly string[] s_values = ["server", "from", "user", "password"];

    public static Shape.Map Shape { get; } = new(
        new Field("server", OutsideValue.Shape, "The mail server's host, with `:port` where it is not 587") { Default = $"{{env: {ServerVariable}}}" },
        new Field("from", OutsideValue.Shape, "The address that it comes from") { Default = $"{{env: {FromVariable}}}" },
        new Field("user", OutsideValue.Shape, "Who signs in there; without such a variable nobody does") { Default = $"{{env: {UserVariable}}}" },
        new Field("password", OutsideValue.Shape, "With what") { Default = $"{{env: {PasswordVariable}}}" },
        new Field("tls", new Shape.Choice("starttls", "none"), "Whether the connection is encrypted; `none` takes no password, and is for a server on this machine") { Default = "starttls" });

    /// <param name="mail">In normal form.</param>
    /// <param name="notices">As above.</param>
    /// <param name="at">Where a value was written.</param>
    public static IEnumerable<Finding> FindFaults(JsonObject mail, JsonArray notices, Func<string, Place.InFile?> at)
    {
        var values = s_values.Where(mail.Has).Select(k => KeyValuePair.Create(k, OutsideValue.Read(mail.Map(k)))).ToList();
        foreach (var (name, value) in values)
        {
            foreach (var finding in OutsideValue.Check([KeyValuePair.Create(name, value)], at("/" + name))) yield return finding;
        }
        if (values.FirstOrDefault(v => v.Key == "from").Value is { Literal: { } from } && !NoticeCheck.IsAddress(from)) yield return Wrong($"\"{from}\" is no mail address", at("/from"), "Write name@host, without a display name.");
        if (values.FirstOrDefault(v => v.Key == "server").Value is { Literal: { } server } && MailServer.FaultOf(server) is { } fault) yield return Wrong(fault, at("/server"));
    }

    private static Finding Wrong(string message, Place.InFile? place, string? remedy = null) => Finding.Error(FindingCodes.NoticeSettings, message, place, remedy);
}
