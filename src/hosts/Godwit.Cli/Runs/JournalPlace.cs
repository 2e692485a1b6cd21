using Godwit.Engine.Journal.Export;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

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

    /// <summary>The place: the option's, else the runbook's.</summary>
    public static (string? Place, Finding? Fault) Resolve(string? option, Runbook? runbook)
    {
        if (option is not null || runbook?.Journal is not { } named) return (option, null);
        try
        {
            var text = named.Environment is { } variable ? ProcessEnvironment.Instance.Find(variable) : named.File;
            if (text is null) return (null, Nowhere($"{named.Environment} and {named.Environment}_FILE are not set"));
            if (Fault(text) is { } fault) return (null, Nowhere(fault.Replace("--journal", "it", StringComparison.Ordinal)));
            return (text.Contains("://", StringComparison.Ordinal) ? text : Path.Combine(runbook.Folder, text), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Nowhere(e.Message));
        }
    }

    private static Finding Nowhere(string why) =>
        Finding.Error(FindingCodes.JournalNotExported, $"the runbook says where the journal is copied to, but {why}", null, "Set it, or name the place with --journal.");

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
