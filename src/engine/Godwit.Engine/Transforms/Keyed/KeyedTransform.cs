using Godwit.Engine.Keys;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary>What the keyed transforms have in common.</summary>
internal sealed record KeyedTransform : IKeyedTransform
{
    public required IReadOnlyList<string> Inputs { get; init; }

    public IReadOnlyList<string> Row { get; init; } = [];

    public required KeyPurpose Purpose { get; init; }

    public IReadOnlyList<KeyPurpose> Others { get; init; } = [];

    public IReadOnlyList<KeyPurpose> Purposes => [Purpose, .. Others];

    public required TransformOutput Output { get; init; }

    public required Func<IRunKeyring, CancellationToken, Task<IKeyedFunction>> Function { get; init; }

    public string? Expression => null;

    /// <summary>Not over time: keys are rotated.</summary>
    public bool IsRepeatable => false;

    public string? SecretName => null;

    public IEnumerable<Finding> FindMissing(IRunEnvironment environment) => [];

    public TransformFunction Open(IRunEnvironment environment) => throw new InvalidOperationException("it needs a keyring");

    public Task<IKeyedFunction> OpenAsync(IRunKeyring keyring, CancellationToken cancellation) => Function(keyring, cancellation);

    /// <summary>Whether a value under this key has to wait for a newer keyring before it is judged.</summary>
    public static bool IsAhead(KeySet keys, KeyId id) => keys.Find(id) is not { } key || (keys.Active is { } active && key.Version > active.Version);
}
