namespace Godwit.Postgres.Keyring;

/// <summary>How a host keeps up with the keyring.</summary>
public sealed record PostgresKeyringOptions
{
    /// <summary>What the host is called where it is named to a person, and in the audit.</summary>
    public string Host { get; init; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>How often it looks for a newer keyring and says which it has.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long others count on it after it was last heard of: no key is activated that it does not know.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often it notes what each key was used for; at the end it does so too.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromMinutes(5);
}
