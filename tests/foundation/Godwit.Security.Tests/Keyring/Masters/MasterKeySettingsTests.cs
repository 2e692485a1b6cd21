using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Tests.Keyring.Masters;

/// <summary>Where a host's master key comes from.</summary>
public sealed class MasterKeySettingsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("godwit-master-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public MasterKeySettingsTests() => _environment["GODWIT_HOME"] = _home;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string? Find(string name) => _environment.GetValueOrDefault(name);

    private string NewKey(string name, out string id)
    {
        var path = Path.Combine(_home, name);
        using var key = MasterKeyFile.Create(path);
        id = key.Id;
        return path;
    }

    [Fact]
    public void A_file_or_a_variable_names_the_key_and_the_former_one_stands_beside_it()
    {
        _environment["GODWIT_MASTER_KEY_FILE"] = NewKey("now.hex", out var now);
        _environment["GODWIT_FORMER_MASTER_KEY"] = File.ReadAllText(NewKey("before.hex", out var before));
        using var settings = MasterKeySettings.Load(Find);
        Assert.Equal(now, settings.Keys.Current.Id);
        Assert.Equal(before, settings.Keys.Find(before).Id);
        Assert.False(settings.IsDevelopment);
    }

    [Fact]
    [Trait("ASVS", "13.2.3")]
    [Trait("ASVS", "13.3.1")]
    public void Without_a_key_production_is_refused_and_says_what_to_do()
    {
        foreach (var said in (string?[])[null, "", "production"])
        {
            if (said is null) _environment.Remove("GODWIT_ENVIRONMENT");
            else _environment["GODWIT_ENVIRONMENT"] = said;
            var refusal = Assert.Throws<MasterKeyException>(() => MasterKeySettings.Load(Find));
            Assert.Contains("godwit keys master create --out FILE", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("GODWIT_MASTER_KEY_FILE", refusal.Message, StringComparison.Ordinal);
        }
        Assert.Empty(Directory.GetFiles(_home));
    }

    [Fact]
    public void A_developer_gets_a_key_in_his_home_and_the_same_one_again()
    {
        _environment["GODWIT_ENVIRONMENT"] = "development";
        using var first = MasterKeySettings.Load(Find);
        using var second = MasterKeySettings.Load(Find);
        Assert.True(first.IsDevelopment);
        Assert.Equal(first.Current.Id, second.Current.Id);
        Assert.True(File.Exists(Path.Combine(_home, DevelopmentMasterKey.FileName)));
    }

    [Fact]
    public void What_contradicts_itself_is_refused_without_a_byte_of_a_key()
    {
        var path = NewKey("now.hex", out _);
        var text = File.ReadAllText(path).Trim();
        _environment["GODWIT_MASTER_KEY"] = text;
        _environment["GODWIT_MASTER_KEY_FILE"] = path;
        Refused();
        _environment.Remove("GODWIT_MASTER_KEY_FILE");
        _environment["GODWIT_FORMER_MASTER_KEY"] = text;
        Refused();
        _environment.Remove("GODWIT_FORMER_MASTER_KEY");
        _environment["GODWIT_ENVIRONMENT"] = "prod";
        Refused();

        void Refused() => Assert.DoesNotContain(text[..8], Assert.Throws<MasterKeyException>(() => MasterKeySettings.Load(Find)).Message, StringComparison.OrdinalIgnoreCase);
    }
}
