using System.Text.Json.Serialization;

namespace Godwit.Postgres.Steps.Sql;

[JsonSerializable(typeof(StatementByStatement.Progress))]
internal sealed partial class SqlStepJson : JsonSerializerContext;
