using Godwit.Engine.Journal.Export;

namespace Godwit.Cli.Runs;

/// <summary>Where <c>--journal</c> sends a journal: a file, a folder that gets a file for each run, or a URL that takes POSTs.</summary>
internal static class JournalPlace
{
    /// <summary>What an Authorization header says, for sinks that want one: never an argument, which every user of the machine can read.</summary>
    public const string Authorization = "GODWIT_JOURNAL_AUTHORIZATION";

    /// <summary>Why a text is no such place; null when it is one.</summary>
    public static string? Fault(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal)) return text.Length == 0 ? "--journal takes a file, a folder or a URL" : null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return "--journal takes a file, a folder, or a URL of http or https";
        if (url.UserInfo.Length > 0) return $"--journal takes no user and password in a URL; give the header in {Authorization}";
        return url.Scheme == "http" && !url.IsLoopback ? "--journal takes http for this machine only; use https" : null;
    }

    public static IJournalSink Open(string text, Guid run, HttpClient client)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            if (ProcessEnvironment.Instance.Find(Authorization) is { } header) client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
            return new HttpSink(client, new Uri(text), HttpSink.DefaultTimeout);
        }
        var isFolder = Directory.Exists(text) || Path.EndsInDirectorySeparator(text);
        if (isFolder) Directory.CreateDirectory(text);
        return new FileSink(isFolder ? Path.Combine(text, $"{run}.journal.jsonl") : text);
    }
}
