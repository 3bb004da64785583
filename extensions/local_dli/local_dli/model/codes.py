# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""All texts of the service in one table: error code, Chinese, English (dli-api.md 1, 4.2).

Texts are as recorded. A text in square brackets is an assumption without a source. An empty code means that the code is a
setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ZH = "zh"
EN = "en"


@dataclass(frozen=True)
class Text:
    """One message. ``code`` is empty for successes and for codes in the settings."""

    zh: str
    en: str
    code: str = ""
    status: int = 400

    def render(self, language: str, **values: Any) -> str:
        template = self.en if language == EN else self.zh
        for name, value in values.items():
            template = template.replace("{" + name + "}", str(value))
        return template


def language_of(header: str | None) -> str:
    """Return the language in an ``X-Language`` header; Chinese by default (dli-api.md 0.1-10)."""
    return EN if (header or "").lower().startswith("en") else ZH


ERRORS: dict[str, Text] = {
    "parameter": Text("[参数校验失败: {reason}]", "[The parameter check failed: {reason}]", "DLI.0001"),
    "unsupported": Text("[不支持该操作]", "[The operation is not supported for this job.]", "DLI.0007"),
    "denied": Text(
        "[您没有权限执行该请求]", "You have no permission to perform this request.", "DLI.0003", 403
    ),
    "name_exists": Text("[作业名称 {name} 已存在]", "[A job named {name} already exists.]"),
    "update_unknown": Text(
        "作业不存在请检查原因或者创建一个新作业",
        "The job does not exist. Check the reason or create a job.",
        "DLI.12004",
    ),
    "update_failed": Text(
        "作业更新失败，错误原因:{cause}，请检查后重试。",
        "[The job could not be updated because of: {cause}. Check and try again.]",
        "DLI.12002",
    ),
    "queue_unknown": Text("There is no queue named {name}", "There is no queue named {name}"),
    "topic_unknown": Text(
        "SMN主题不存在请用户选择一个可用SMN主题", "[The SMN topic does not exist. Choose an available SMN topic.]", "DLI.11032"
    ),
    # The two misspellings are in the original.
    "bucket_unauthorized": Text(
        "作业请求中传入的的obs_bucket是未授权给数据胡探索服务的OBS桶请授权该OBS桶给实时流计算服务",
        "[The obs_bucket in the request is not authorised for the DLI service. Authorise it.]",
        "DLI.11016",
    ),
    # The cause in a recorded DLI.12002 (dli-api.md 1.10). Its use in a create is an assumption.
    "package_unknown": Text(
        "invalid resource {path}, cannot find resource {name}", "invalid resource {path}, cannot find resource {name}"
    ),
    "template_unknown": Text(
        "模板不存在请指定已存在的模板ID", "[The template does not exist. Give the id of an existing one.]", "DLI.18005"
    ),
    "template_name": Text(
        "模板名不能为空请指定一个非空的模板名", "[The name of the template is empty. Give it one.]", "DLI.18006"
    ),
    "template_page": Text(
        "请求模板列表参数错误请使用正确的参数请求模板列表,offset和limit应不小于0",
        "[The template list cannot be queried like this: offset and limit must not be below 0.]",
        "DLI.1206",
    ),
    "too_many_templates": Text("[模板数不能超过{maximum}]", "[There may be no more than {maximum} templates.]", "DLI.0009"),
    "bucket_authorized": Text(
        "请求中包含已授权的OBS桶请首先过滤掉已经授权的OBS桶",
        "[The request contains OBS buckets that are authorised already. Leave them out.]",
        "DLI.19005",
    ),
    "run_sql": Text(
        "SQL语法错误请查看SQL编辑器中显示的详细错误信息",
        "[The SQL syntax is wrong. See the details shown in the SQL editor.]",
        "DLI.13005",
    ),
    "run_unknown": Text(
        "作业id不存在请提供一个可用的jobId, jobId可以从数据湖探索的作业列表页获取",
        "[The job id does not exist. Give an available jobId from the job list page of Data Lake Insight.]",
        "DLI.13007",
    ),
    "run_no_savepoint": Text(
        "作业保存点或checkpoint不存在请先创建作业保存点或开启作业checkpoint,停止作业时可创建保存点,"
        "通过开启作业checkpoint参数可使作业在运行时周期创建checkpoint",
        "[The job has no savepoint or checkpoint. Create a savepoint when stopping the job, or enable checkpoints.]",
        "DLI.13017",
    ),
    "run_no_queue": Text(
        "[没有选择作业运行队列，请为作业选择一个队列]",
        "No job-running queue selected. Please select a queue for your job.",
        "DLI.13024",
    ),
    "run_not_startable": Text(
        "[当前状态({status})的作业不允许被启动]", "[A job in its current state ({status}) may not be started.]"
    ),
    "graph_missing": Text(
        "作业的执行流图不存在作业的执行流图不存在", "[The execution graph of the job does not exist.]", "DLI.14001"
    ),
    "graph_unknown": Text("[作业id不存在]", "[The job id does not exist.]"),
    # Another family of codes. English in the Chinese documents too (dli-api.md 1.13).
    "stream_graph": Text(
        "Failed to get stream graph:Sql validate error.", "Failed to get stream graph:Sql validate error.", "JK.1001"
    ),
    "stop_status": Text(
        "当前状态的作业不允许被停止或触发保存点请参考数据湖探索服务 API",
        "[A job in its current state may not be stopped or have a savepoint triggered. See the DLI API.]",
        "DLI.15002",
    ),
    "stop_unknown": Text("[作业id不存在]", "[The job id does not exist.]"),
    "detail_unknown": Text(
        "作业id不存在请提供一个可用的jobId, jobId可以从数据湖探索服务的作业列表页获取",
        "[The job id does not exist. Give an available jobId from the job list page of the DLI service.]",
        "DLI.16001",
    ),
    "delete_active": Text(
        "[当前状态({status})的作业不允许被删除]", "[A job in its current state ({status}) may not be deleted.]"
    ),
    # 数据胡探索 is a misspelling in the original, in the batch call only (dli-api.md 1.5).
    "delete_unknown_batch": Text(
        "作业id不存在请提供一个可用的jobId, jobId可以从数据胡探索的作业列表页获取",
        "[The job id does not exist. Give an available jobId from the job list page of Data Lake Insight.]",
        "DLI.17001",
    ),
    "delete_unknown": Text(
        "作业id不存在请提供一个可用的jobId, jobId可以从数据湖探索服务的作业列表页获取",
        "[The job id does not exist. Give an available jobId from the job list page of the DLI service.]",
        "DLI.17001",
    ),
    "list_offset": Text(
        "查询作业列表失败,使用了错误的offset参数请设置不小于0的offset参数获取作业列表",
        "[The job list query failed because of a wrong offset. Set an offset that is not below 0.]",
        "DLI.23001",
    ),
    # The newer calls can return HTTP 404 (dli-api.md 4.3).
    "tags_unknown": Text("Not Found", "Not Found", status=404),
    # Recorded in English only, also in the Chinese documents (dli-api.md 1.12).
    "export_path": Text("Failed for parse obs path", "Failed for parse obs path", "DLI.29001"),
    "export_unknown": Text("[作业id {job_id} 不存在]", "[There is no job {job_id}.]"),
    "import_path": Text("zip file path error", "zip file path error", "DLI.29002"),
}

MESSAGES: dict[str, Text] = {
    "created": Text("创建作业成功", "A DLI job is created successfully."),
    "created_jar": Text("新建flink作业成功", "A Flink job is created successfully."),
    "updated": Text("[更新作业成功]", "The job is updated successfully."),
    "updated_jar": Text("[更新flink作业成功]", "The Flink job is updated successfully."),
    "listed": Text("作业列表查询成功", "Jobs are successfully listed."),
    "detail": Text("作业详情查询成功", "Job detail query succeeds."),
    "metrics": Text("[作业指标查询成功]", "[The metrics query succeeds.]"),
    "graph": Text("[作业执行流图查询成功]", "[The execution graph query succeeds.]"),
    "started": Text("作业提交请求下发成功", "The request for submitting DLI jobs is successfully delivered."),
    "stopped": Text("作业停止请求下发成功", "The request for stopping DLI jobs is delivered successfully."),
    "deleted": Text("作业删除成功", "The job is successfully deleted."),
    "exported": Text("[作业导出成功]", "The job is successfully exported."),
    "authorized": Text(
        "The following OBS bucket is authorized successfully, {buckets}.",
        "The following OBS bucket is authorized successfully, {buckets}.",
    ),
    "imported": Text("[作业导入成功]", "[The jobs are imported.]"),
    # Remarks in the response of an import, one per job.
    "import_made": Text("[创建作业成功]", "Job successfully created"),
    "import_covered": Text("[覆盖作业成功]", "[Job successfully overwritten]"),
    "import_name_taken": Text("[存在同名作业]", "[A job with the same name already exists]"),
    "import_active": Text("[同名作业正在运行]", "[The job with the same name is active]"),
    "template_created": Text("[创建模板成功]", "[The template is created.]"),
    "template_updated": Text("[更新模板成功]", "[The template is updated.]"),
    "template_deleted": Text("[删除模板成功]", "[The template is deleted.]"),
    "templates": Text("[模板列表查询成功]", "[Templates are listed.]"),
    "stream_graph": Text("", ""),
    "imported_savepoint": Text("[更新作业成功]", "The job is updated successfully."),
    # The message is a JSON string with an untranslated key (dli-api.md 1.11).
    "savepoint": Text(
        '{"is_success":"true","message":"api.msg.deal_savepoint_success"}',
        '{"is_success":"true","message":"api.msg.deal_savepoint_success"}',
    ),
}

# Responses whose is_success is a boolean in every schema, and those with a boolean in an example only (dli-api.md 1.1).
BOOLEANS = frozenset({"metrics", "stream_graph"})
BOOLEAN_EXAMPLES = frozenset(
    ("created_jar", "updated_jar", "exported", "imported", "savepoint", "imported_savepoint", "template_created")
)


class DliError(Exception):
    """Refusal by DLI of a call or of one job in a batch, by the key in ``ERRORS``."""

    def __init__(
        self,
        key: str,
        code: str = "",
        json_opt: dict[str, Any] | None = None,
        http_status: int | None = None,
        **values: Any,
    ) -> None:
        super().__init__(key)
        self.text = ERRORS[key]
        self.code = self.text.code or code
        self.status = self.text.status if http_status is None else http_status
        self.json_opt = json_opt
        self.values = values

    def body(self, language: str) -> dict[str, Any]:
        """Return the JSON object of the response (dli-api.md 4.1)."""
        body: dict[str, Any] = {"error_code": self.code, "error_msg": self.text.render(language, **self.values)}
        if self.json_opt is not None:
            body["error_json_opt"] = self.json_opt
        return body


class GatewayError(Exception):
    """Refusal by the API gateway: the request does not reach the service (dli-api.md 4.4)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self, request_id: str) -> dict[str, Any]:
        return {"error_msg": self.message, "error_code": self.code, "request_id": request_id}


def no_such_api() -> GatewayError:
    """Return the response to a wrong path or method (dli-api.md 4.4)."""
    text = "The API does not exist or has not been published in the environment."
    return GatewayError(404, "APIGW.0101", text)
