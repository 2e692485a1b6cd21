using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backfill;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Engine.Transforms;

/// <summary>The transforms of a move: what its plan says, bound to functions by the same registry as a backfill's.</summary>
public static class MoveTransforms
{
    /// <summary>A secret is checked as a password is: whoever reads the check must pay for each guess.</summary>
    private const int Rounds = 100_000;

    /// <summary>What keyed transforms are bound with here: of which tables is known to the plan alone, and what they give is made by the move (Moves/Keyed).</summary>
    public static TransformDestination Elsewhere { get; } = new(new TableReference("source", "table"), new TableReference("target", "table"), IsSameRow: false);

    /// <exception cref="ArgumentException">The registry has no such transform.</exception>
    public static ITransform Bind(ColumnTransform transform)
    {
        var kind = TransformRegistry.Standard.Kinds.FirstOrDefault(k => k.Name == transform.Kind) ?? throw new ArgumentException($"there is no transform {transform.Kind}", nameof(transform));
        var parameters = JsonNode.Parse(transform.Parameters) as JsonObject ?? throw new JsonException($"the parameters of {transform.Kind} are no object");
        // A transform of one column reads the one that it is asked for; one of several has them among its parameters.
        if (kind.Shape.Fields.Any(f => f is { Name: "from", Shape: Shape.List })) parameters["from"] = new JsonArray([.. transform.Inputs.Select(i => JsonValue.Create(i))]);
        return kind.Bind(new TransformSettings(transform.Inputs is [var first, ..] ? first : "", transform.Kind, parameters, Destination: kind.IsKeyed ? Elsewhere : null));
    }

    /// <summary>Whether what it gives hides what it was given: a copy of the input beside it would undo that.</summary>
    public static bool Hides(ColumnTransform transform) => KeyedMoves.IsKeyed(transform) || transform.Kind is "hash" || transform.Kind.StartsWith("mask:", StringComparison.Ordinal);

    /// <summary>The same function of another column, over time too: keys are rotated.</summary>
    public static bool AreSame(ColumnTransform one, ColumnTransform other) =>
        !KeyedMoves.IsKeyed(one) && one.Kind == other.Kind && one.Result == other.Result && one.Parameters == other.Parameters;

    public static IEnumerable<ColumnTransform> Of(MovePlan plan) => plan.Tables.SelectMany(t => t.Columns).Select(c => c.Transform).OfType<ColumnTransform>();

    /// <summary>Secrets that are not there.</summary>
    public static IReadOnlyList<Finding> FindMissing(IEnumerable<ColumnTransform> transforms, IRunEnvironment environment) =>
        [.. transforms.SelectMany(t => Bind(t).FindMissing(environment)).DistinctBy(f => f.Message, StringComparer.Ordinal)];

    /// <summary>
    /// For each secret a value that tells, and tells nothing else, whether another one is the same: kept with the run, since half a column under one secret and
    /// half under another would be found only when it is verified. Empty without secrets.
    /// </summary>
    /// <param name="salt">Of the run, so that equal secrets of two runs are not seen to be equal.</param>
    public static IReadOnlyDictionary<string, string> Checks(IEnumerable<ColumnTransform> transforms, IRunEnvironment environment, Guid salt) =>
        transforms.Select(t => Bind(t).SecretName).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ToDictionary(name => name, name => Check(environment.Find(name) ?? "", name, salt), StringComparer.Ordinal);

    /// <summary>Secrets that are not those of the checks.</summary>
    public static IReadOnlyList<Finding> FindDiffering(IReadOnlyDictionary<string, string> kept, IRunEnvironment environment, Guid salt) =>
    [
        .. kept.Where(k => !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(k.Value), Encoding.ASCII.GetBytes(Check(environment.Find(k.Key) ?? "", k.Key, salt))))
            .Select(k => Finding.Error(
                FindingCodes.SecretDiffers, $"The secret {k.Key} is not the one that the move began with: what it would give now is not what is in the target",
                remedy: $"Set {k.Key} or {k.Key}_FILE to the secret of that time.")),
    ];

    private static string Check(string secret, string name, Guid salt) =>
        Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"godwit move {salt:N} {name}"), Rounds, HashAlgorithmName.SHA256, 32));
}
