using Godwit.Security.Keyring;

namespace Godwit.Security.Tests.Keyring;

public sealed class KeyStateTests
{
    [Fact]
    public void A_key_goes_only_forward_and_by_these_steps()
    {
        var states = Enum.GetValues<KeyState>();
        var allowed = from f in states from t in states where f.MayBecome(t) select (f, t);
        Assert.Equal(
            [
                (KeyState.Announced, KeyState.Active), (KeyState.Announced, KeyState.Retired), (KeyState.Active, KeyState.DecryptOnly),
                (KeyState.DecryptOnly, KeyState.Retired), (KeyState.Retired, KeyState.Destroyed),
            ],
            allowed);
    }

    [Fact]
    [Trait("ASVS", "11.5.1")]
    public void Ids_are_random_and_in_the_order_of_making()
    {
        var clock = new MovableClock();
        var ids = new List<KeyId>();
        for (var i = 0; i < 1000; i++)
        {
            ids.Add(KeyId.Create(clock));
            clock.Now += TimeSpan.FromMilliseconds(1);
        }
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Select(i => i.ToString()).Order(StringComparer.Ordinal), ids.Select(i => i.ToString()));
        var together = Enumerable.Range(0, 1000).Select(_ => KeyId.Create(clock)).ToHashSet();
        Assert.Equal(1000, together.Count);
    }

    [Fact]
    public void An_id_is_read_as_it_is_written_and_in_no_other_way()
    {
        var id = KeyId.Create(TimeProvider.System);
        Assert.True(KeyId.TryParse(id.ToString(), out var read));
        Assert.Equal(id, read);
        var bytes = new byte[KeyId.Length];
        id.Write(bytes);
        Assert.Equal(id, KeyId.Read(bytes));
        foreach (var wrong in new[] { null, "", id.ToString()[1..], id.ToString().ToUpperInvariant() + "0", " " + id.ToString()[1..], "+" + id.ToString()[1..], new string('A', 32) })
            Assert.False(KeyId.TryParse(wrong, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Data")]
    [InlineData("1data")]
    [InlineData("da ta")]
    [InlineData("a23456789012345678901234567890123")]
    public void A_purpose_has_a_plain_name(string name) => Assert.Throws<ArgumentException>(() => KeyPurpose.Of(name));

    [Fact]
    public void A_keyring_never_has_two_active_keys_of_one_purpose_nor_two_keys_of_one_number()
    {
        KeyRecord Key(int version, KeyState state) => new()
        {
            Id = KeyId.Create(TimeProvider.System), Purpose = KeyPurpose.Data, Version = version, State = state, CreatedAt = DateTimeOffset.UnixEpoch, SinceVersion = 1, StateVersion = 1, MasterKeyId = "", Wrapped = [],
        };
        Assert.Throws<InvalidOperationException>(() => KeyringSnapshot.Empty.With([Key(1, KeyState.Active), Key(2, KeyState.Active)]));
        Assert.Throws<InvalidOperationException>(() => KeyringSnapshot.Empty.With([Key(1, KeyState.Active), Key(1, KeyState.Retired)]));
    }
}
