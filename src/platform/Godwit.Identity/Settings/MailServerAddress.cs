using System.Globalization;

namespace Godwit.Identity.Settings;

/// <summary><c>HOST:PORT</c>.</summary>
internal sealed record MailServerAddress(string Host, int Port)
{
    public static MailServerAddress? Read(string text)
    {
        var at = text.LastIndexOf(':');
        return at > 0 && Uri.CheckHostName(text[..at]) != UriHostNameType.Unknown && int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? new MailServerAddress(text[..at], port)
            : null;
    }
}
