namespace Godwit.Security.Keyring.Masters;

/// <summary>The master key that wraps now, and those from before it while something is still wrapped by them.</summary>
public sealed class MasterKeys(IMasterKey current, params IReadOnlyList<IMasterKey> former)
{
    public IMasterKey Current { get; } = current;

    /// <exception cref="KeyringException">It is not at hand.</exception>
    public IMasterKey Find(string id) =>
        Current.Id == id ? Current
        : former.FirstOrDefault(m => m.Id == id)
        ?? throw new KeyringException($"a key is wrapped by master key {id}, which is not at hand (the one at hand is {Current.Id}): give the former master key too, until everything was wrapped anew");
}
