using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Security.Encryption;
using Godwit.Security.Signing;

namespace Godwit.Engine.Backups;

/// <summary>Settings with their variables and files looked up: where backups are, and with what they open.</summary>
public sealed class BackupPlace : IDisposable
{
    private BackupPlace(BackupSettings settings, IReadOnlyList<string> destinations, EncryptionKey key, string staging, string home, string folder, IRunEnvironment environment) =>
        (Settings, Destinations, Key, Staging, Home, Folder, Variables) = (settings, destinations, key, staging, home, folder, environment);

    public BackupSettings Settings { get; }

    public IReadOnlyList<string> Destinations { get; }

    public EncryptionKey Key { get; }

    public string Staging { get; }

    /// <summary>Of the signing key.</summary>
    public string Home { get; }

    /// <summary>The runbook's.</summary>
    public string Folder { get; }

    public IRunEnvironment Variables { get; }

    public BackupStore Store => new(Destinations, KnownSigners.Load(Home));

    /// <param name="settings">As they stand in the runbook or on the command line.</param>
    /// <param name="folder">The runbook's.</param>
    /// <param name="environment">The variables.</param>
    /// <param name="home">Of the signing key.</param>
    public static (BackupPlace? Place, IReadOnlyList<Finding> Findings) Resolve(BackupSettings settings, string folder, IRunEnvironment environment, string home)
    {
        var findings = new List<Finding>();
        var destinations = new List<string>();
        if (settings.Destinations.Count == 0) findings.Add(Wrong("no destination is named", "Name folders under `backups: destinations:` of the runbook, or with --destination."));
        foreach (var named in settings.Destinations)
        {
            if (Path(named) is not { } path) continue;
            if (!destinations.Contains(path, StringComparer.Ordinal)) destinations.Add(path);
            else findings.Add(Wrong($"the destination {path} is named twice", "Two copies in one place are one."));
        }
        EncryptionKey? key = null;
        try
        {
            key = settings.Key switch
            {
                null => EncryptionKeyFile.LoadOrCreate(home),
                { Environment: { } variable } => OutsideValue.Find(environment, variable) is { } text ? Parse(variable, text) : throw new EncryptionKeyException($"the backups' key is in {variable}, which is not set"),
                { File: { } file } => EncryptionKeyFile.Load(System.IO.Path.GetFullPath(file, folder)),
                _ => throw new EncryptionKeyException("the backups' key is nowhere"),
            };
        }
        catch (EncryptionKeyException e)
        {
            findings.Add(Finding.Error(FindingCodes.BackupKeyMissing, e.Message, null, "Bring the key back: without it no backup opens."));
        }
        var staging = StagingFolder.Root(settings.Staging is { } named2 ? Path(named2) : null);
        if (findings.Exists(f => f.Severity == Severity.Error) || key is null)
        {
            key?.Dispose();
            return (null, findings);
        }
        return (new BackupPlace(settings, destinations, key, staging, home, System.IO.Path.GetFullPath(folder), environment), findings);

        string? Path(ValueFrom value)
        {
            var text = value.Literal ?? (value.Environment is { } variable ? OutsideValue.Find(environment, variable) : null);
            if (text is { Length: > 0 }) return System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(text, System.IO.Path.GetFullPath(folder)));
            findings.Add(Wrong($"{value.Environment} is not set", "Set it to a folder's path."));
            return null;
        }
    }

    private static EncryptionKey Parse(string variable, string text)
    {
        try
        {
            return EncryptionKey.Parse(text);
        }
        catch (EncryptionKeyException e)
        {
            throw new EncryptionKeyException($"{variable} holds no key: {e.Message}", e);
        }
    }

    private static Finding Wrong(string message, string remedy) => Finding.Error(FindingCodes.BackupPlaceWrong, message, null, remedy);

    public void Dispose() => Key.Dispose();
}
