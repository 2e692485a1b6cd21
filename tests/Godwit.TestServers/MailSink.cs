using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Godwit.TestServers;

/// <summary>How a mail server behaves.</summary>
public enum MailManner
{
    Takes,

    /// <summary>Takes the connection and never says a word.</summary>
    Hangs,

    /// <summary>Hears the whole message, and never answers.</summary>
    HangsAfterData,

    /// <summary>Has the message, and is gone before it says so.</summary>
    DiesAfterData,

    /// <summary>Refuses every recipient.</summary>
    Refuses,

    /// <summary>Takes the message, and does not answer the good-bye.</summary>
    HangsAtQuit,
}

/// <summary>An SMTP server on a port of this machine's loopback interface, which keeps what it is sent.</summary>
public sealed class MailSink : IAsyncDisposable
{
    private bool _stopped;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<SunkMail> _mails = [];
    private readonly List<string> _commands = [];
    private readonly Func<int, MailManner> _manner;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;
    private readonly List<Task> _serving = [];
    private int _connections;

    /// <param name="manner">How the connection with this number behaves, 1 for the first.</param>
    /// <param name="certificate">Offers STARTTLS with it; null offers none.</param>
    public MailSink(Func<int, MailManner>? manner = null, X509Certificate2? certificate = null)
    {
        (_manner, _certificate) = (manner ?? (_ => MailManner.Takes), certificate);
        _listener.Start();
        Server = $"localhost:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";
        _accepting = AcceptAsync();
    }

    /// <summary>As a runbook names it.</summary>
    public string Server { get; }

    public IReadOnlyList<SunkMail> Mails
    {
        get
        {
            lock (_lock) return [.. _mails];
        }
    }

    /// <summary>Every line that was said to it outside of messages.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_lock) return [.. _commands];
        }
    }

    /// <summary>From here on nobody takes mails. Done twice it does nothing the second time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped) return;
        _stopped = true;
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _serving.Add(ServeAsync(client, _manner(++_connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, MailManner manner)
    {
        using (client)
        {
            try
            {
                await TalkAsync(client.GetStream(), manner, greets: true);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // The client is gone, or the test is over.
            }
        }
    }

    private async Task TalkAsync(Stream stream, MailManner manner, bool greets)
    {
        if (manner == MailManner.Hangs) await Task.Delay(Timeout.Infinite, _stop.Token);
        if (greets) await SayAsync(stream, "220 sink");
        string? from = null;
        var to = new List<string>();
        while (await HearAsync(stream) is { } line)
        {
            lock (_lock) _commands.Add(line);
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(stream, _certificate is null || !greets ? "250-sink\r\n250 AUTH LOGIN PLAIN" : "250-sink\r\n250 STARTTLS");
                    break;
                case "STARTTLS":
                    await SayAsync(stream, "220 go on");
                    await using (var tls = new SslStream(stream, leaveInnerStreamOpen: true))
                    {
                        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                        await TalkAsync(tls, manner, greets: false);
                    }
                    return;
                case "AUTH":
                    if (line.Split(' ').Length == 2) await SayAsync(stream, "334 VXNlcm5hbWU6");
                    if (line.Split(' ').Length == 2) await HearAsync(stream);
                    await SayAsync(stream, "334 UGFzc3dvcmQ6");
                    await HearAsync(stream);
                    await SayAsync(stream, "235 welcome");
                    break;
                case "MAIL":
                    from = line;
                    await SayAsync(stream, "250 ok");
                    break;
                case "RCPT":
                    to.Add(line);
                    await SayAsync(stream, manner == MailManner.Refuses ? "550 no such person as secret.person@example.org" : "250 ok");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go on");
                    var text = new StringBuilder();
                    while (await HearAsync(stream) is { } data && data != ".") text.Append(data.StartsWith("..", StringComparison.Ordinal) ? data[1..] : data).Append("\r\n");
                    lock (_lock) _mails.Add(new SunkMail(from ?? "", [.. to], text.ToString()));
                    if (manner == MailManner.DiesAfterData) return;
                    if (manner == MailManner.HangsAfterData) await Task.Delay(Timeout.Infinite, _stop.Token);
                    await SayAsync(stream, "250 taken");
                    break;
                case "QUIT":
                    if (manner == MailManner.HangsAtQuit) await Task.Delay(Timeout.Infinite, _stop.Token);
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "250 ok");
                    break;
            }
        }
    }

    private async Task SayAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), _stop.Token);

    private async Task<string?> HearAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
            if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }
    }
}

/// <summary>A message as it came.</summary>
public sealed record SunkMail(string From, IReadOnlyList<string> To, string Text)
{
    /// <summary>Header fields by name, unfolded; one that comes twice has both values.</summary>
    public IReadOnlyDictionary<string, string> Headers => Text[..Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal)
        .Split("\r\n").Select(l => l.Split(':', 2)).GroupBy(p => p[0], StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => string.Join(" | ", g.Select(p => p[^1].Trim())), StringComparer.OrdinalIgnoreCase);

    public string Body => Encoding.UTF8.GetString(Convert.FromBase64String(Text[(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].ReplaceLineEndings("")));
}
