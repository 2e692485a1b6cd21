using Godwit.Security.Signing;

namespace Godwit.Security.Keyring.Masters;

/// <summary>
/// Where a host's master key comes from, the same for every host: <c>GODWIT_MASTER_KEY_FILE</c> or <c>GODWIT_MASTER_KEY</c>; while another is taking its place,
/// <c>GODWIT_FORMER_MASTER_KEY_FILE</c> or <c>GODWIT_FORMER_MASTER_KEY</c> beside it. With <c>GODWIT_ENVIRONMENT=development</c> and no variable, a key that is made in GODWIT_HOME.
/// </summary>
public sealed class MasterKeySettings : IDisposable
{
    public const string Variable = "GODWIT_MASTER_KEY", FormerVariable = "GODWIT_FORMER_MASTER_KEY", EnvironmentVariable = "GODWIT_ENVIRONMENT";

    private readonly LocalMasterKey? _former;

    private MasterKeySettings(LocalMasterKey current, LocalMasterKey? former, bool development)
    {
        (Current, _former, IsDevelopment) = (current, former, development);
        Keys = former is null ? new MasterKeys(current) : new MasterKeys(current, former);
    }

    public MasterKeys Keys { get; }

    /// <summary>The key that wraps now, for its escrow.</summary>
    public LocalMasterKey Current { get; }

    /// <summary>Whether the key is one that was made for a developer, and lies beside what it protects.</summary>
    public bool IsDevelopment { get; }

    /// <summary>Whether this is an installation that matters: it is, unless the variable says otherwise.</summary>
    /// <exception cref="MasterKeyException">The variable says something else than <c>production</c> or <c>development</c>.</exception>
    public static bool IsProduction(Func<string, string?> environment) => environment(EnvironmentVariable) switch
    {
        null or "" or "production" => true,
        "development" => false,
        _ => throw new MasterKeyException($"{EnvironmentVariable} is neither production nor development: set it to one of them, or not at all, which is production"),
    };

    /// <exception cref="MasterKeyException">There is no master key, it cannot be used, or what is configured contradicts itself. The message says what to do.</exception>
    public static MasterKeySettings Load(Func<string, string?> environment)
    {
        var production = IsProduction(environment);
        var current = MasterKeyVariable.Find(Variable, environment);
        LocalMasterKey? former = null;
        try
        {
            former = MasterKeyVariable.Find(FormerVariable, environment);
            if (current is not null)
            {
                if (former?.Id == current.Id) throw new MasterKeyException($"{FormerVariable} and {Variable} hold the same key: the former one is the one that is to go, or is not set");
                return new MasterKeySettings(current, former, development: false);
            }
            if (production)
                throw new MasterKeyException($"there is no master key: `godwit keys master create --out FILE` makes one, and {Variable}_FILE names the file. {EnvironmentVariable}=development makes one for a developer's machine");
            return new MasterKeySettings(DevelopmentMasterKey.LoadOrCreate(GodwitHome.Folder(environment), production), former, development: true);
        }
        catch
        {
            current?.Dispose();
            former?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Current.Dispose();
        _former?.Dispose();
    }
}
