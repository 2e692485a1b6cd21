namespace Godwit.Security.Keyring.Persons;

/// <summary>One person's data key, open for a while. Open it for a piece of work and dispose of it, so that shredding takes effect soon.</summary>
public sealed class PersonKey : IDisposable
{
    private readonly KeyMaterial _material;

    internal PersonKey(KeyMaterial material)
    {
        _material = material;
        Keys = new PurposeKeys(KeyPurpose.Person, new KeySet(0, material, [material], []));
    }

    public KeyId Id => _material.Id;

    /// <summary>What a cipher of the person's fields works with.</summary>
    public PurposeKeys Keys { get; }

    public void Dispose() => _material.Dispose();
}
